/** The icons: one stroke weight, one size, drawn on a grid of sixteen. */

import type { VNode } from "preact";

const PATHS = {
  close: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  previous: "M10 2.5 4.5 8l5.5 5.5",
  next: "M6 2.5 11.5 8 6 13.5",
  share: "M8 10V1.5M5 4.5l3-3 3 3M5 7H3v7.5h10V7h-2",
  download: "M8 1.5V10M4.5 6.5 8 10l3.5-3.5M2.5 13.5h11",
  downloadAll: "M1.5 2h13v3.5h-13zM3 5.5V14h10V5.5M8 7.5v4M6 9.7l2 2 2-2",
  fullscreen: "M6 2H2v4M10 2h4v4M14 10v4h-4M6 14H2v-4",
  leaveFullscreen: "M6 2v4H2M14 6h-4V2M10 14v-4h4M2 10h4v4",
  select: "M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 1 1 0-13",
  selected: "M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 1 1 0-13M5 8.2l2.1 2.1L11 6.2",
  help: "M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 1 1 0-13M6.2 6.3a1.8 1.8 0 1 1 2.6 1.6c-.6.3-.8.7-.8 1.3M8 11.4v.1",
  warning: "M8 2 1.5 13.5h13zM8 6.5v3.2M8 11.6v.1",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }): VNode {
  return (
    <svg class="nbg-icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

interface IconButtonProps {
  readonly icon: IconName;
  /** The tooltip, and the name for a screen reader. */
  readonly label: string;
  readonly onClick: () => void;
  readonly class?: string;
  /** For a button that stays down. */
  readonly pressed?: boolean;
}

export function IconButton({ icon, label, onClick, pressed, class: extra = "" }: IconButtonProps): VNode {
  return (
    <button
      type="button"
      class={`nbg-button ${extra}`}
      title={label}
      aria-label={label}
      aria-pressed={pressed}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
