/** The signs that the view is drawn with. */
export interface Glyphs {
  readonly full: string;
  readonly empty: string;
  /** Eight levels of a step's score, the lowest first. */
  readonly levels: readonly string[];
  readonly rule: string;
  readonly ellipsis: string;
  readonly thinking: readonly string[];
  readonly right: string;
  readonly cut: string;
  readonly failed: string;
  readonly stopped: string;
  readonly separator: string;
  readonly dot: string;
  readonly unscored: string;
}

/** What a terminal can show. */
export interface Theme {
  readonly color: boolean;
  readonly glyphs: Glyphs;
}

const unicode: Glyphs = {
  full: "█",
  empty: "░",
  levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
  rule: "─",
  ellipsis: "…",
  thinking: ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
  right: "✓",
  cut: "✂",
  failed: "✗",
  stopped: "■",
  separator: "│",
  dot: "·",
  unscored: "·",
};

const ascii: Glyphs = {
  full: "#",
  empty: ".",
  levels: ["0", "1", "2", "3", "5", "6", "8", "9"],
  rule: "-",
  ellipsis: "~",
  thinking: ["|", "/", "-", "\\"],
  right: "+",
  cut: "x",
  failed: "!",
  stopped: "=",
  separator: "|",
  dot: "-",
  unscored: ".",
};

/**
 * The theme for a stream. Colours are off where `NO_COLOR` is set to anything but nothing (no-color.org), where `TERM` is
 * `dumb`, and where the stream is no terminal unless `FORCE_COLOR` is set; Unicode is off where the locale says so.
 */
export function themeOf(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): Theme {
  const forced = env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "0" && env["FORCE_COLOR"] !== "";
  const refused = (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  const plainLocale = /^(C|POSIX)$/i.test(locale) || (locale !== "" && !/utf-?8/i.test(locale));
  return {
    color: !refused && (forced || stream.isTTY === true),
    glyphs: plainLocale || env["TERM"] === "linux" ? ascii : unicode,
  };
}

/** Without colours, in Unicode: for tests and for files. */
export const plainTheme: Theme = { color: false, glyphs: unicode };
