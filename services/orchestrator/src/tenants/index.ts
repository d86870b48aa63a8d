export { type ApiKey, createApiKey, hashApiKey } from "./api-key.ts";
export { type KeyRecord, readKeyFile, writeKeyFile } from "./key-file.ts";
