// Builds the page into one file, dist/page.html, which the program embeds: `npm run build`.
// What is inline is named by its hash in the content security policy: nothing else can run, and
// nothing at all can be asked for.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vite";
import { viteSingleFile } from "vite-plugin-singlefile";

const hashOf = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

function hashesOf(html, element) {
  const found = html.matchAll(
    new RegExp(`<${element}(?: type="module")?>(.*?)</${element}>`, "gs"),
  );
  return [...found].map((match) => hashOf(match[1])).join(" ");
}

// Of the file as it was written: plug-ins that inline have done their work by then.
function contentSecurityPolicy() {
  return {
    name: "content-security-policy",
    writeBundle(options) {
      const file = join(options.dir, "page.html");
      const html = readFileSync(file, "utf8")
        .replace('<script type="module" crossorigin>', '<script type="module">')
        .replace('<style rel="stylesheet" crossorigin>', "<style>");
      const policy = [
        "default-src 'none'",
        `script-src ${hashesOf(html, "script")}`,
        `style-src ${hashesOf(html, "style")}`,
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
      ].join("; ");
      writeFileSync(file, html.replace("CONTENT-SECURITY-POLICY", policy));
    },
  };
}

// Property names that are ours alone, to be shortened: of several words, in camel case. What the
// browser names stays (terser knows it), and events, and what is read from JSON: snake case.
const OURS = /^(?!on[A-Z])[a-z]+[A-Z]\w*$/;
const NOT_OURS = ["readyMs"]; // becomes data-ready-ms

export default defineConfig({
  plugins: [viteSingleFile({ removeViteModuleLoader: true }), contentSecurityPolicy()],
  // h(tag, props, ...children) takes 4 KB less than the automatic runtime's calls.
  esbuild: {
    jsx: "transform",
    jsxFactory: "h",
    jsxFragment: "Fragment",
    jsxInject: 'import { h, Fragment } from "preact"',
    legalComments: "none",
  },
  build: {
    target: "es2022",
    minify: "terser",
    terserOptions: {
      ecma: 2020,
      module: true,
      compress: { passes: 3 },
      mangle: { properties: { regex: OURS, reserved: NOT_OURS, keep_quoted: true } },
      format: { comments: false },
    },
    modulePreload: false,
    emptyOutDir: true,
    rollupOptions: { input: "page.html" },
  },
});
