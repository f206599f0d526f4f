import { describe, expect, it } from "vitest";
import { batch, computed, effect, signal, untracked } from "../src/signals";

describe("signals", () => {
  it("runs an effect at once, and again only when what it read has changed", () => {
    const a = signal(1);
    const b = signal(1);
    const seen: number[] = [];
    effect(() => {
      seen.push(a.value);
    });
    a.value = 2;
    a.value = 2;
    b.value = 5;
    expect(seen).toEqual([1, 2]);
  });

  it("runs an effect once for a batch, however often it is nested", () => {
    const a = signal(1);
    const b = signal(2);
    const seen: number[] = [];
    effect(() => {
      seen.push(a.value + b.value);
    });
    batch(() => {
      a.value = 10;
      batch(() => {
        b.value = 20;
      });
      expect(seen).toEqual([3]);
    });
    expect(seen).toEqual([3, 30]);
  });

  it("does not run an effect when a computed comes out the same", () => {
    const a = signal(1);
    const even = computed(() => a.value % 2 === 0);
    let runs = 0;
    effect(() => {
      even.value;
      runs++;
    });
    a.value = 3;
    expect(runs).toBe(1);
    a.value = 4;
    expect(runs).toBe(2);
  });

  it("never shows a mixture of old and new (a diamond)", () => {
    const a = signal(1);
    const twice = computed(() => a.value * 2);
    const thrice = computed(() => a.value * 3);
    const seen: string[] = [];
    effect(() => {
      seen.push(`${twice.value} ${thrice.value}`);
    });
    a.value = 2;
    expect(seen).toEqual(["2 3", "4 6"]);
  });

  it("reads a computed that nobody listens to afresh, and lazily", () => {
    const a = signal(1);
    let runs = 0;
    const twice = computed(() => {
      runs++;
      return a.value * 2;
    });
    expect(runs).toBe(0);
    expect([twice.value, twice.peek(), twice.value]).toEqual([2, 2, 2]);
    expect(runs).toBe(1);
    a.value = 5;
    expect(twice.peek()).toBe(10);
    expect(runs).toBe(2);
  });

  it("follows what is read now, not what was read once", () => {
    const which = signal(true);
    const a = signal("a");
    const b = signal("b");
    const seen: string[] = [];
    effect(() => {
      seen.push(which.value ? a.value : b.value);
    });
    which.value = false;
    a.value = "unheard";
    b.value = "heard";
    expect(seen).toEqual(["a", "b", "heard"]);
  });

  it("cleans up before each run and at the end, and is silent after it", () => {
    const a = signal(1);
    const log: string[] = [];
    const stop = effect(() => {
      const now = a.value;
      log.push(`run ${now}`);
      return () => log.push(`clean ${now}`);
    });
    a.value = 2;
    stop();
    stop();
    a.value = 3;
    expect(log).toEqual(["run 1", "clean 1", "run 2", "clean 2"]);
  });

  it("lets an effect end itself or another in the same round", () => {
    const a = signal(0);
    const log: string[] = [];
    const stops: (() => void)[] = [];
    stops.push(
      effect(() => {
        log.push(`first ${a.value}`);
        if (a.value === 1) stops[1]?.();
      }),
    );
    stops.push(
      effect(() => {
        log.push(`second ${a.value}`);
      }),
    );
    a.value = 1;
    a.value = 2;
    expect(log).toEqual(["first 0", "second 0", "first 1", "first 2"]);
  });

  it("peeks, and reads untracked, without listening", () => {
    const a = signal(1);
    const b = signal(1);
    let runs = 0;
    effect(() => {
      a.peek();
      untracked(() => b.value);
      runs++;
    });
    a.value = 2;
    b.value = 2;
    expect(runs).toBe(1);
  });

  it("tells subscribers the value now and at each change, without listening to what they read", () => {
    const a = signal(1);
    const b = signal(1);
    const seen: number[] = [];
    const stop = a.subscribe((value) => {
      seen.push(value + b.value);
    });
    b.value = 100;
    a.value = 2;
    stop();
    a.value = 3;
    expect(seen).toEqual([2, 102]);
  });

  it("lets an effect write, until it is settled; a cycle raises", () => {
    const a = signal(0);
    effect(() => {
      if (a.value < 5) a.value++;
    });
    expect(a.peek()).toBe(5);
    expect(() =>
      effect(() => {
        a.value++;
      }),
    ).toThrow("effects change what they read");
  });

  it("works on after an effect or a computed has raised", () => {
    const a = signal(0);
    const sharp = computed(() => {
      if (a.value === 1) throw new Error("one");
      return a.value;
    });
    const seen: number[] = [];
    effect(() => {
      seen.push(sharp.value);
    });
    expect(() => {
      a.value = 1;
    }).toThrow("one");
    a.value = 2;
    expect(seen).toEqual([0, 2]);
  });

  it("lets go of sources when nobody listens any more", () => {
    const a = signal(1);
    let runs = 0;
    const twice = computed(() => {
      runs++;
      return a.value * 2;
    });
    const stop = effect(() => {
      twice.value;
    });
    stop();
    a.value = 2;
    a.value = 3;
    expect(runs).toBe(1);
    expect(twice.value).toBe(6);
  });
});
