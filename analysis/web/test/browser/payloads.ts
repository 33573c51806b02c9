// Names that a program, or a made recording, could have: script, markup, control characters, marks
// that turn the direction of text. Each that runs calls `hacked`; each that loads asks an address.

const CALL = "window.hacked=1";
const ADDRESS = "http://127.0.0.1:9/leak";

export const PAYLOADS = [
  `<script>${CALL}</script>`,
  `<img src=x onerror="${CALL}">`,
  `<img src="${ADDRESS}">`,
  `"><script>${CALL}</script>`,
  `'><svg onload=${CALL}>`,
  `<svg><script>${CALL}</script></svg>`,
  `<iframe src="javascript:${CALL}"></iframe>`,
  `<iframe srcdoc="<script>parent.hacked=1</script>"></iframe>`,
  `<a href="javascript:${CALL}">operator()</a>`,
  `<details open ontoggle="${CALL}">x</details>`,
  `<style>@import "${ADDRESS}"; * { display: none !important }</style>`,
  `<link rel="stylesheet" href="${ADDRESS}">`,
  `<meta http-equiv="refresh" content="0;url=${ADDRESS}">`,
  `<base href="${ADDRESS}/">`,
  `<form action="${ADDRESS}"><button autofocus onfocus="${CALL}">x</button></form>`,
  `<object data="${ADDRESS}"></object><embed src="${ADDRESS}">`,
  `<video src="${ADDRESS}" onerror="${CALL}"></video>`,
  `</script><script>${CALL}</script>`,
  `</style><script>${CALL}</script>`,
  `</title></textarea><script>${CALL}</script>`,
  `<!--<script>${CALL}</script>-->`,
  `]]><script>${CALL}</script>`,
  `javascript:${CALL}`,
  `\${${CALL}}{{constructor.constructor('${CALL}')()}}`,
  `<math><mtext><table><mglyph><style><img src=x onerror=${CALL}>`,
  `<template shadowrootmode=open><script>${CALL}</script></template>`,
  `\u202egnp.exe\u202c <b>turned\u2067\u2066`,
  `line one\nline two\r\n\t\u0000\u0007\u001b]0;title\u0007\u001b[31mred`,
  `\ufeff\u200b\u200d\ud800 lone half \udfff \uffff`,
  `${"A".repeat(5000)}<img src=x onerror=${CALL}>`,
  `__proto__`,
  `constructor`,
];
