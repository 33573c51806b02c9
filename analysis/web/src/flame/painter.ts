// Draws blocks on a canvas, or writes them as SVG: the same blocks, colours and labels.
import { ROW_PX, type Block } from "./blocks";

export interface Look {
  colour: (node: number) => string;
  ink: (colour: string) => string;
  label: (node: number) => string;
  isDimmed: (node: number) => boolean; // a search is on, and this is no match
  mergedColour: string;
  selected: number;
}

const FONT = "12px system-ui, sans-serif";
const LETTER_PX = 7;
const PADDING_PX = 4;

function fitting(text: string, widthPx: number): string {
  const letters = Math.floor((widthPx - 2 * PADDING_PX) / LETTER_PX);
  if (text.length <= letters) return text;
  return letters < 3 ? "" : `${text.slice(0, letters - 1)}…`;
}

export function paint(
  canvas: CanvasRenderingContext2D,
  blocks: Block[],
  topPx: number,
  look: Look,
): void {
  canvas.font = FONT;
  canvas.textBaseline = "middle";
  for (const block of blocks) {
    const y = block.depth * ROW_PX - topPx;
    const isMerged = block.merged > 1;
    const fill = isMerged ? look.mergedColour : look.colour(block.node);
    canvas.globalAlpha = look.isDimmed(block.node) ? 0.22 : block.isAbove ? 0.55 : 1;
    canvas.fillStyle = fill;
    const gap = block.widthPx > 3 ? 1 : 0;
    canvas.fillRect(block.leftPx, y, Math.max(0.5, block.widthPx - gap), ROW_PX - 1);
    canvas.globalAlpha = 1;
    if (block.node === look.selected && !isMerged) {
      canvas.strokeStyle = look.ink("#ffffff");
      canvas.lineWidth = 2;
      canvas.strokeRect(block.leftPx + 1, y + 1, Math.max(1, block.widthPx - 3), ROW_PX - 3);
    }
    if (isMerged || block.widthPx < 24) continue;
    const text = fitting(look.label(block.node), block.widthPx);
    canvas.fillStyle = look.isDimmed(block.node) || block.isAbove ? "#777" : look.ink(fill);
    if (text) canvas.fillText(text, block.leftPx + PADDING_PX, y + ROW_PX / 2);
  }
}

const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

// Also without what XML forbids, and what changes the direction of text.
export function escapedXml(text: string): string {
  return text
    .replace(
      /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g,
      (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
    )
    .replace(/[&<>"']/g, (mark) => ESCAPES[mark]!);
}

export function svgOf(
  blocks: Block[],
  widthPx: number,
  rows: number,
  look: Look,
  title: (node: number) => string,
): string {
  const lines = blocks.map((block) => {
    const y = block.depth * ROW_PX;
    const fill = block.merged > 1 ? look.mergedColour : look.colour(block.node);
    const what =
      block.merged > 1 ? `${block.merged} frames, each too narrow to draw` : title(block.node);
    const text =
      block.merged > 1 || block.widthPx < 24 ? "" : fitting(look.label(block.node), block.widthPx);
    const gap = block.widthPx > 3 ? 1 : 0;
    return (
      `<g${look.isDimmed(block.node) ? ' opacity="0.22"' : ""}><title>${escapedXml(what)}` +
      `</title><rect x="${block.leftPx.toFixed(2)}" y="${y}" height="${ROW_PX - 1}"` +
      ` width="${Math.max(0.5, block.widthPx - gap).toFixed(2)}" fill="${fill}"/>` +
      (text
        ? `<text x="${(block.leftPx + PADDING_PX).toFixed(2)}" y="${y + 13}"` +
          ` fill="${look.ink(fill)}">${escapedXml(text)}</text>`
        : "") +
      "</g>"
    );
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${rows * ROW_PX}"` +
    ` font-family="system-ui, sans-serif" font-size="12">\n${lines.join("\n")}\n</svg>\n`
  );
}
