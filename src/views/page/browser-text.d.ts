/** A style sheet or a script as the text that a browser gets: bundled and minified by scripts/browser-text.mjs. */
declare module '*?browser' {
  const text: string;
  export default text;
}
