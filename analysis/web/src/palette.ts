// Colours: Okabe and Ito's, which the colour-blind tell apart too; a letter stands beside each.
// As in the figures of analysis/plots/palette.py.

export const CATEGORY_COLOURS = [
  "#d55e00", // cpu
  "#0072b2", // lock
  "#56b4e9", // sync
  "#009e73", // file
  "#cc79a7", // socket
  "#e69f00", // runqueue
  "#999999", // other
  "#6b6b6b", // residual
];

export const OWNER_COLOURS = ["#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#999999"];

export const MATCH_COLOUR = "#d63ad6";
export const MERGED_COLOUR = "#8a939c";

// A hue that a name always has; its first part decides, so that a namespace is of one colour.
export function nameColour(name: string): string {
  const scope = name.split("::", 1)[0]!;
  let hash = 2166136261;
  for (let i = 0; i < scope.length; ++i) hash = Math.imul(hash ^ scope.charCodeAt(i), 16777619);
  return `hsl(${(hash >>> 0) % 360} 55% 68%)`;
}

// Black or white, whichever reads better on a colour given as #rrggbb; black on any hsl() here.
export function inkOn(colour: string): string {
  if (!colour.startsWith("#")) return "#111";
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);
  const linear = (part: number) => part ** 2.2;
  const light = 0.2126 * linear(red!) + 0.7152 * linear(green!) + 0.0722 * linear(blue!);
  return light > 0.2 ? "#111" : "#fff";
}
