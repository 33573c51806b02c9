// The data that stands in the page: base64 of a gzip stream, unpacked by the browser itself.
import { Container } from "./container";

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; ++i) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

export async function unpackedData(element: HTMLElement): Promise<Container> {
  const packed = bytesOf(element.textContent!.trim());
  element.textContent = ""; // the text is as large as the recording: let it go
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Container(new Uint8Array(await new Response(stream).arrayBuffer()));
}
