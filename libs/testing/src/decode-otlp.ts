import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** How one field of an OTLP message is read; only the fields that tests look at are listed. */
type Field =
  | { readonly name: string; readonly read: (reader: BinaryReader) => unknown; readonly repeated?: boolean }
  | { readonly name: string; readonly message: () => Message; readonly repeated?: boolean };
type Message = Readonly<Record<number, Field>>;
/** A decoded message: its listed fields by name. */
export type Decoded = Record<string, unknown>;

const text = (name: string): Field => ({ name, read: (reader) => reader.string() });
const hex = (name: string): Field => ({ name, read: (reader) => Buffer.from(reader.bytes()).toString("hex") });
const uint = (name: string): Field => ({ name, read: (reader) => reader.uint32() });
const fixed64 = (name: string): Field => ({ name, read: (reader) => String(reader.fixed64()) });
const double = (name: string): Field => ({ name, read: (reader) => reader.double() });
const one = (name: string, message: () => Message): Field => ({ name, message });
const many = (name: string, message: () => Message): Field => ({ name, message, repeated: true });

// Field numbers of opentelemetry/proto/{common,resource,trace,metrics}/v1 and their collector requests.
const anyValue: Message = {
  1: text("stringValue"),
  2: { name: "boolValue", read: (reader) => reader.bool() },
  3: { name: "intValue", read: (reader) => String(reader.int64()) },
  4: double("doubleValue"),
  5: one("arrayValue", () => ({ 1: many("values", () => anyValue) })),
};
const keyValue: Message = { 1: text("key"), 2: one("value", () => anyValue) };
const resource: Message = { 1: many("attributes", () => keyValue) };
const span: Message = {
  1: hex("traceId"),
  2: hex("spanId"),
  4: hex("parentSpanId"),
  5: text("name"),
  6: uint("kind"),
  7: fixed64("startTimeUnixNano"),
  8: fixed64("endTimeUnixNano"),
  9: many("attributes", () => keyValue),
  15: one("status", () => ({ 2: text("message"), 3: uint("code") })),
};
const numberPoint: Message = {
  4: double("asDouble"),
  6: { name: "asInt", read: (reader) => String(reader.sfixed64()) },
  7: many("attributes", () => keyValue),
};
const histogramPoint: Message = { 4: fixed64("count"), 5: double("sum"), 9: many("attributes", () => keyValue) };
const metric: Message = {
  1: text("name"),
  3: text("unit"),
  5: one("gauge", () => ({ 1: many("dataPoints", () => numberPoint) })),
  7: one("sum", () => ({ 1: many("dataPoints", () => numberPoint) })),
  9: one("histogram", () => ({ 1: many("dataPoints", () => histogramPoint) })),
};
const traceRequest: Message = {
  1: many("resourceSpans", () => ({
    1: one("resource", () => resource),
    2: many("scopeSpans", () => ({ 2: many("spans", () => span) })),
  })),
};
const metricsRequest: Message = {
  1: many("resourceMetrics", () => ({
    1: one("resource", () => resource),
    2: many("scopeMetrics", () => ({ 2: many("metrics", () => metric) })),
  })),
};

/** Decodes the body of an OTLP/HTTP trace export, protobuf or JSON, into the shape of its JSON form. */
export function decodeTraceRequest(body: Uint8Array, contentType: string): Decoded {
  return decodeRequest(body, contentType, traceRequest);
}

/** Decodes the body of an OTLP/HTTP metrics export, protobuf or JSON, into the shape of its JSON form. */
export function decodeMetricsRequest(body: Uint8Array, contentType: string): Decoded {
  return decodeRequest(body, contentType, metricsRequest);
}

function decodeRequest(body: Uint8Array, contentType: string, message: Message): Decoded {
  if (contentType.includes("json")) return JSON.parse(Buffer.from(body).toString("utf8")) as Decoded;
  return decode(new BinaryReader(body), body.length, message);
}

function decode(reader: BinaryReader, end: number, message: Message): Decoded {
  const decoded: Decoded = {};
  while (reader.pos < end) {
    const [number, wireType] = reader.tag();
    const field = message[number];
    if (field === undefined) {
      reader.skip(wireType, number);
      continue;
    }
    let value: unknown;
    if ("read" in field) value = field.read(reader);
    else {
      if (wireType !== WireType.LengthDelimited) throw new Error(`field ${field.name} is no message`);
      const length = reader.uint32();
      value = decode(reader, reader.pos + length, field.message());
    }
    if (field.repeated) decoded[field.name] = [...((decoded[field.name] as unknown[]) ?? []), value];
    else decoded[field.name] = value;
  }
  return decoded;
}
