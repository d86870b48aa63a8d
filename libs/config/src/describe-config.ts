import { sections } from "./config-schema.ts";
import { processVariables } from "./environment.ts";
import { type KnownKey, knownKeys, namedKeysOf } from "./known-keys.ts";
import { namedSections } from "./named-sections.ts";

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");

function row(key: KnownKey): string {
  const value = key.defaultValue === undefined ? "unset" : `\`${JSON.stringify(key.defaultValue)}\``;
  return `| \`${key.key}\` | ${cell(value)} | ${cell(key.accepts)} | ${cell(key.description)} |`;
}

function table(keys: readonly KnownKey[]): string {
  return ["| key | default | takes | meaning |", "|---|---|---|---|", ...keys.map(row)].join("\n");
}

/** The page docs/configuration.md, in Markdown, made from the schema: every section, key, default, range and meaning. */
export function describeConfig(): string {
  const fixed = Object.entries(sections).map(([name, section]) => {
    const keys = knownKeys.filter((key) => key.section === name);
    return `## [${name}]\n\n${section.description}\n\n${table(keys)}`;
  });
  const named = Object.entries(namedSections).map(
    ([word, { section }]) => `## [${word}.NAME]\n\n${section.description}\n\n${table(namedKeysOf(word))}`,
  );
  const variables = Object.entries(processVariables).map(([name, meaning]) => `| \`${name}\` | ${cell(meaning)} |`);
  return [
    `# Configuration

This page is generated from the schema in \`libs/config\` by \`node scripts/config-docs.ts\`; change it there.

Reckon runs without any configuration: then the embedded model answers. To let it think with a model of your own, put three
lines into \`reckon.toml\`:

\`\`\`toml
[backends.my-vllm]
kind = "vllm"
url = "http://localhost:8000/v1"
\`\`\`

**Where values come from.** The defaults below, overridden by the file, overridden by environment variables, overridden by
flags. The file is the one that \`--config FILE\` names, else the one that \`RECKON_CONFIG\` names, else \`reckon.toml\` in the
working folder, else \`reckon.toml\` in the user's folder (\`$XDG_CONFIG_HOME/reckon\`, or \`~/.config/reckon\`).

**Environment.** Each key has a variable, \`RECKON_<SECTION>_<KEY>\`: \`server.port\` is \`RECKON_SERVER_PORT\`,
\`test_time_compute.max_thinking_steps\` is \`RECKON_TEST_TIME_COMPUTE_MAX_THINKING_STEPS\`, \`backends.my-vllm.url\` is
\`RECKON_BACKENDS_MY_VLLM_URL\`. An empty variable counts as unset. Booleans are \`true\` or \`false\` (\`1\`, \`0\`, \`yes\`,
\`no\`, \`on\`, \`off\` are understood). The variables by which Kubernetes tells a pod about services beside it
(\`RECKON_SERVICE_HOST\`, \`RECKON_PORT=tcp://...\`) are not taken for settings.

**Flags.** Every service takes \`--config FILE\` and \`--<section>.<key> VALUE\`, for example \`--server.port 0\`.

**Mistakes are errors.** An unknown section, key or \`RECKON_\` variable stops the start and names the nearest known one; a
wrong value names the key, the value, where it stands and what is accepted. All mistakes are told at once.

**Secrets** never stand in the file. \`api_key_env\` names the environment variable that holds the key; neither it nor URLs
are repeated in messages, and URLs with credentials are refused.`,
    ...fixed,
    ...named,
    `## Variables of one process\n\n| variable | meaning |\n|---|---|\n${variables.join("\n")}`,
    "",
  ]
    .join("\n\n")
    .replace(/\n+$/, "\n");
}
