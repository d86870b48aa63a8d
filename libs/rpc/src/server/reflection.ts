import { createRegistry, type DescExtension, type DescFile, type DescMessage, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectRouter } from "@connectrpc/connect";
import {
  ServerReflection,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
} from "@reckon/proto/grpc/reflection/v1/reflection";

type Answer = ServerReflectionResponse["messageResponse"];

/** Path of the method under its older name, whose messages are the same on the wire; some tools still ask for it. */
export const reflectionAliases: Readonly<Record<string, string>> = {
  "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo":
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
};

/** Serves grpc.reflection.v1 over the descriptors of the services given, with the files that they import. */
export function serveReflection(router: ConnectRouter, files: () => readonly DescFile[]): void {
  let index: Index | undefined;
  router.service(ServerReflection, {
    async *serverReflectionInfo(requests: AsyncIterable<ServerReflectionRequest>) {
      index ??= createIndex(files());
      for await (const originalRequest of requests) {
        yield { validHost: originalRequest.host, originalRequest, messageResponse: answer(index, originalRequest) };
      }
    },
  });
}

interface Index {
  readonly services: readonly string[];
  fileByName(name: string): DescFile | undefined;
  fileOfSymbol(symbol: string): DescFile | undefined;
  extension(typeName: string, number: number): DescExtension | undefined;
  extensions(typeName: string): readonly number[] | undefined;
}

function createIndex(roots: readonly DescFile[]): Index {
  const byName = new Map<string, DescFile>();
  const visit = (file: DescFile) => {
    if (byName.has(file.proto.name)) return;
    byName.set(file.proto.name, file);
    for (const dependency of file.dependencies) visit(dependency);
  };
  for (const file of roots) visit(file);
  const registry = createRegistry(...byName.values());
  const symbols = new Map<string, DescFile>();
  for (const file of byName.values()) indexSymbols(file, symbols);
  const extensionsOf = (typeName: string) =>
    [...registry].filter((type) => type.kind === "extension").filter((type) => type.extendee.typeName === typeName);
  return {
    services: [...new Set(roots.flatMap((file) => file.services.map((service) => service.typeName)))].sort(),
    fileByName: (name) => byName.get(name),
    fileOfSymbol: (symbol) => symbols.get(symbol.replace(/^\./, "")),
    extension: (typeName, number) => extensionsOf(typeName).find((extension) => extension.number === number),
    extensions: (typeName) =>
      registry.getMessage(typeName) && extensionsOf(typeName).map((extension) => extension.number),
  };
}

/** Every name that a file declares: messages, fields, oneofs, enums and their values, services and their methods. */
function indexSymbols(file: DescFile, symbols: Map<string, DescFile>): void {
  const add = (name: string) => symbols.set(name, file);
  const addMessage = (message: DescMessage) => {
    add(message.typeName);
    for (const field of message.fields) add(`${message.typeName}.${field.name}`);
    for (const oneof of message.oneofs) add(`${message.typeName}.${oneof.name}`);
    for (const nested of message.nestedMessages) addMessage(nested);
    for (const nested of message.nestedEnums) add(nested.typeName);
    for (const nested of message.nestedExtensions) add(nested.typeName);
  };
  for (const message of file.messages) addMessage(message);
  for (const enumType of file.enums) {
    add(enumType.typeName);
    // Values live beside their enum, not inside it (protobuf language guide, enum scoping).
    for (const value of enumType.values)
      add(file.proto.package === "" ? value.name : `${file.proto.package}.${value.name}`);
  }
  for (const extension of file.extensions) add(extension.typeName);
  for (const service of file.services) {
    add(service.typeName);
    for (const method of service.methods) add(`${service.typeName}.${method.name}`);
  }
}

function answer(index: Index, { messageRequest: request }: ServerReflectionRequest): Answer {
  switch (request.case) {
    case "listServices":
      return response("listServicesResponse", { service: index.services.map((name) => ({ name })) });
    case "fileByFilename":
      return files(index.fileByName(request.value), `no file "${request.value}"`);
    case "fileContainingSymbol":
      return files(index.fileOfSymbol(request.value), `no symbol "${request.value}"`);
    case "fileContainingExtension": {
      const { containingType, extensionNumber } = request.value;
      const extension = index.extension(containingType, extensionNumber);
      return files(extension?.file, `no extension ${extensionNumber} of "${containingType}"`);
    }
    case "allExtensionNumbersOfType": {
      const numbers = index.extensions(request.value);
      if (numbers === undefined) return failure(Code.NotFound, `no message "${request.value}"`);
      return response("allExtensionNumbersResponse", { baseTypeName: request.value, extensionNumber: [...numbers] });
    }
    default:
      return failure(Code.InvalidArgument, "the request names nothing to look up");
  }
}

/** A file and all it imports, each before the files that import it. */
function files(root: DescFile | undefined, missing: string): Answer {
  if (root === undefined) return failure(Code.NotFound, missing);
  const ordered = new Map<string, Uint8Array>();
  const visit = (file: DescFile) => {
    if (ordered.has(file.proto.name)) return;
    for (const dependency of file.dependencies) visit(dependency);
    ordered.set(file.proto.name, toBinary(FileDescriptorProtoSchema, file.proto));
  };
  visit(root);
  // The file that was asked for comes first; clients rely on it.
  return response("fileDescriptorResponse", { fileDescriptorProto: [...ordered.values()].reverse() });
}

function failure(errorCode: Code, errorMessage: string): Answer {
  return response("errorResponse", { errorCode, errorMessage });
}

// Messages are completed by the router, which takes partial ones; the generated types describe complete ones.
function response(name: NonNullable<Answer["case"]>, value: object): Answer {
  return { case: name, value } as unknown as Answer;
}
