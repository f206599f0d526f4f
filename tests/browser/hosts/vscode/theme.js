// VS Code says on the body which theme it has.
const dark = matchMedia("(prefers-color-scheme: dark)").matches;
document.body.className = dark ? "vscode-dark" : "vscode-light";
document.body.dataset.vscodeThemeKind = document.body.className;
