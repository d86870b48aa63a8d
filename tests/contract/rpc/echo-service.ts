import {
  create,
  createFileRegistry,
  type DescMethod,
  type DescService,
  fromJson,
  type Message,
} from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";

/** A message of the echo service. */
export type Text = Message & { text: string; count: number };

const messageName = ".reckon.test.v1.Text";
const method = (name: string, clientStreaming: boolean, serverStreaming: boolean) => ({
  name,
  inputType: messageName,
  outputType: messageName,
  clientStreaming,
  serverStreaming,
});
const methods = [
  method("Unary", false, false),
  method("Serve", false, true),
  method("Collect", true, false),
  method("Talk", true, true),
];
const file = fromJson(FileDescriptorProtoSchema, {
  name: "reckon/test/v1/echo.proto",
  package: "reckon.test.v1",
  syntax: "proto3",
  messageType: [
    {
      name: "Text",
      field: [
        { name: "text", number: 1, type: "TYPE_STRING", label: "LABEL_OPTIONAL", jsonName: "text" },
        { name: "count", number: 2, type: "TYPE_UINT32", label: "LABEL_OPTIONAL", jsonName: "count" },
      ],
    },
  ],
  service: [{ name: "EchoService", method: methods }],
});
const registry = createFileRegistry(file, () => undefined);

/** A service with one method of each kind, known to no generated code. */
export const EchoService = registry.getService("reckon.test.v1.EchoService") as DescService;
const TextSchema = EchoService.methods[0]?.input as NonNullable<ReturnType<typeof registry.getMessage>>;

/** A message. */
export function text(value: string, count = 0): Text {
  return create(TextSchema, { text: value, count } as never) as unknown as Text;
}

/** The method of a name, in lower camel case. */
export function methodOf(localName: string): DescMethod {
  return EchoService.method[localName] as DescMethod;
}

/** The handlers of an echo service; those not given echo. */
export interface EchoHandlers {
  unary?(request: Text, context: HandlerContext): Text | Promise<Text>;
  serve?(request: Text, context: HandlerContext): AsyncIterable<Text>;
  collect?(requests: AsyncIterable<Text>, context: HandlerContext): Promise<Text>;
  talk?(requests: AsyncIterable<Text>, context: HandlerContext): AsyncIterable<Text>;
}

const echo: Required<EchoHandlers> = {
  unary: (request) => request,
  async *serve({ text: value, count }) {
    for (let index = 0; index < count; index += 1) yield text(value, index);
  },
  async collect(requests) {
    const all = await Array.fromAsync(requests);
    return text(all.map((request) => request.text).join(" "), all.length);
  },
  async *talk(requests) {
    for await (const request of requests) yield request;
  },
};

/** Routes of an echo service. */
export function echoRoutes(handlers: EchoHandlers = {}): (router: ConnectRouter) => void {
  return (router) => void router.service(EchoService, { ...echo, ...handlers } as never);
}

/** The client side of the service, as typed as its handlers are. */
export interface EchoClient {
  unary(request: Text, options?: object): Promise<Text>;
  serve(request: Text, options?: object): AsyncIterable<Text>;
  collect(requests: AsyncIterable<Text>, options?: object): Promise<Text>;
  talk(requests: AsyncIterable<Text>, options?: object): AsyncIterable<Text>;
  close(): void;
}
