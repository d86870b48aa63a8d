import { type BinningOptions, type Prediction, reliabilityTable, wilsonInterval } from "@reckon/stats";

/** One series of a reliability diagram. */
export interface ReliabilitySeries {
  readonly name: string;
  readonly predictions: readonly Prediction[];
}

const size = 320;
const margin = { left: 44, right: 12, top: 30, bottom: 40 };
const barsHeight = 46;
/** Readable on white and on black. */
const colours = ["#d97706", "#2563eb", "#059669", "#c026d3"];

const x = (p: number) => margin.left + p * size;
const y = (p: number) => margin.top + (1 - p) * size;
const at = (value: number) => value.toFixed(1);
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

function axes(): string[] {
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  return [
    ...ticks.flatMap((tick) => [
      `<path class="grid" d="M${at(x(0))} ${at(y(tick))}H${at(x(1))}M${at(x(tick))} ${at(y(0))}V${at(y(1))}"/>`,
      `<text x="${at(x(0) - 6)}" y="${at(y(tick) + 4)}" text-anchor="end">${tick}</text>`,
      `<text x="${at(x(tick))}" y="${at(y(0) + barsHeight + 16)}" text-anchor="middle">${tick}</text>`,
    ]),
    `<path class="true" d="M${at(x(0))} ${at(y(0))}L${at(x(1))} ${at(y(1))}"/>`,
    `<text x="${at(x(0.5))}" y="${at(y(0) + barsHeight + 34)}" text-anchor="middle">confidence</text>`,
    `<text transform="translate(12 ${at(y(0.5))}) rotate(-90)" text-anchor="middle">share that was right</text>`,
  ];
}

/** A mark a bin with its 95 % interval; under the diagram, how many predictions it holds, as a bar. */
function series(
  { name, predictions }: ReliabilitySeries,
  place: number,
  count: number,
  options: BinningOptions,
): string[] {
  const bins = reliabilityTable(predictions, { binning: "width", bins: 10, ...options });
  const most = Math.max(1, ...bins.map((bin) => bin.count));
  const colour = colours[place % colours.length] as string;
  const marks = bins.flatMap((bin) => {
    const { low, high } = wilsonInterval(Math.round(bin.accuracy * bin.count), bin.count);
    const [cx, height] = [x(bin.meanProbability), (barsHeight - 8) * (bin.count / most)];
    const width = 10 / count;
    const title = `<title>${escaped(name)}: said ${bin.meanProbability.toFixed(3)}, right ${bin.accuracy.toFixed(3)} of ${bin.count}</title>`;
    return [
      `<path d="M${at(cx)} ${at(y(low))}V${at(y(high))}" stroke="${colour}"/>`,
      `<circle cx="${at(cx)}" cy="${at(y(bin.accuracy))}" r="3.5" fill="${colour}">${title}</circle>`,
      `<rect x="${at(cx - 5 + place * width)}" y="${at(y(0) + 4)}" width="${at(width)}" height="${at(height)}" fill="${colour}" opacity="0.6"/>`,
    ];
  });
  const left = x(0) + place * (size / count);
  return [
    `<circle cx="${at(left + 5)}" cy="14" r="4" fill="${colour}"/>`,
    `<text x="${at(left + 13)}" y="18">${escaped(name)}</text>`,
    ...marks,
  ];
}

/**
 * A reliability diagram as SVG: for each bin the share that was right against the mean confidence, with its 95 % Wilson
 * interval; on the diagonal is calibrated, under it overconfident. Bars below say how many a bin holds. Bins of equal width
 * (10) unless said. Colours suit light and dark pages.
 */
export function reliabilitySvg(all: readonly ReliabilitySeries[], options: BinningOptions = {}): string {
  const width = margin.left + size + margin.right;
  const height = margin.top + size + barsHeight + margin.bottom;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Reliability diagram">`,
    "<style>text{font:12px system-ui,sans-serif;fill:#777}path{fill:none;stroke-width:1.5}.grid{stroke:#888;stroke-opacity:.25;stroke-width:1}.true{stroke:#888;stroke-dasharray:4 3}</style>",
    ...axes(),
    ...all.flatMap((one, place) => series(one, place, all.length, options)),
    "</svg>",
    "",
  ].join("\n");
}
