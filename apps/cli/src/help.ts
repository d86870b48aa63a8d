import { UsageError } from "./arguments/usage-error.ts";

const overview = `reckon: spends more thinking on harder questions

  reckon ask "Solve: x^2 - 5x + 6 = 0"   think, and show it
  reckon resume ID --url URL             go on with a solve after a broken connection
  reckon batch problems.jsonl            solve many, one JSON object a line
  reckon estimate "What is 17 * 23?"     how hard is it?
  reckon difficulty train FILE           what makes questions hard: learn it, show it, forget it
  reckon plan --budget 1e6-tokens ...    what a budget is best spent on, and what to expect of it
  reckon serve                           run the services until a signal comes
  reckon model-server                    the embedded model on the OpenAI API, to test against
  reckon keys create --tenant acme       API keys: create, list, revoke, hash
  reckon replay records.jsonl            stop rules over recorded samples: accuracy, tokens, latency
  reckon calibrate outcomes.jsonl        how far confidences can be believed, and calibrators that make them so
  reckon insights --url URL              what was decided lately, why, and what it saved
  reckon models                          what can think, and what it can do
  reckon doctor                          what works here, what is missing, how to get it
  reckon help COMMAND                    the options of a command
  reckon version

Without --url (or RECKON_URL) a command starts the four services on this machine for itself and ends them again.

Exit status: 0 answer, 1 no answer or failed, 2 wrong usage, 3 unavailable, 4 time was up without an answer,
130 interrupted, 141 nobody reads the output, 143 terminated.`;

const target = `  --url URL             server to use, such as http://127.0.0.1:8080 (default: RECKON_URL, else services of its own)
                        RECKON_API_KEY is the key that it asks for
  --config FILE         configuration for services of its own (default: reckon.toml here or in the user's folder)
  --verbose             the services' log, on stderr`;

const thinking = `  -s, --strategy WORD   fast, balanced, comprehensive or adaptive (default adaptive)
  -m, --method WORD     single, self-consistency or best-of-n
  --selection WORD      of best-of-n: best-score, majority or weighted-vote
  -n, --samples N       the most samples, 1 to 256
  --window K            samples at once, 1 to 256; auto starts only as many as could still decide the vote
                        (default 8 for ask with the adaptive strategy: soonest to an answer; else auto)
  --steps N             the most steps of a sample, 1 to 64; --min-steps N the fewest
  --rounds N            rounds of verification, 0 to 16
  -t, --timeout TIME    5, 500ms, 2m: then the best answer so far; at most 10 minutes
  --temperature T       0 to 2;  --top-p P  above 0, at most 1
  --seed N              equal seeds give equal samples
  --difficulty D        0 to 1, in place of the estimate
  --threshold P         stop at this confidence, above 0, at most 1
                        (default 0.95 for ask with the adaptive strategy; else as configured)
  --stop-rule RULE      none, unanimous, share, beta, dirichlet, confidence or value, with parameters such as
                        beta:threshold=0.9,guard=1 (docs/stopping.md; default: Reckon's choice)
  --max-tokens N        the most output tokens, cancelled ones included; --max-total-tokens N those of prompts and
                        verifiers too; --max-calls N model calls; --max-cost USD where the model has a price
  --priority WORD       low, normal or high: who goes first, and is refused last, under load
  --model ID            the model that thinks
  --answer-kind WORD    number, choice, expression, code, tool-call or text
  --no-early-stop       let every planned sample end
  --expansions N        ways in which beam goes on with each path it keeps (-n paths), children of a node of tree; 1 to 16
  --look-ahead N        steps ahead by which beam judges a path, 0 to 8
  --diverse             beam: independent subtrees; monte-carlo: tempered weights; tree: wider or deeper by evidence;
                        revision: think on in the same chain
  --attempts N          attempts in a row of revision, 1 to 16
  --reject-early        best-of-n: drop the worse half of the samples while they grow
  --drafts N            whole samples before a search, which begins only where they leave doubt; 0 (the default) to 16`;

const topics: Readonly<Record<string, string>> = {
  ask: `reckon ask [options] QUESTION    (the question may come from stdin)

On a terminal: a lane a sample with its live thought and a sign a step (the higher, the better its score), the
candidates with their votes, the confidence with a mark where it is enough, and what was spent. Elsewhere: plain lines.
Ctrl-C cancels and prints the best answer so far; a second one ends at once.

${thinking}
  --json                one event a line as protobuf JSON, the last being solveEnded with the outcome
  --plain               plain lines on a terminal too
  -d, --debug           signals, why this plan, each step with its verdicts, confidence over time
${target}`,
  resume: `reckon resume [options] ID    (the id is in the first event, solveStarted, of reckon ask --json)

Shows what is known of a solve that runs, or ended a short while ago ([sessions] ttl), and goes on until it ends. Where a
connection breaks, reckon ask does this by itself. Ctrl-C cancels the solve and prints its best answer so far.

  --after N             sequence number of the last event that you have (default 0: all)
  --json                one event a line as protobuf JSON
  --plain               plain lines on a terminal too
  -d, --debug           signals, why this plan, each step with its verdicts, confidence over time
  --url URL             server that solves (default: RECKON_URL); RECKON_API_KEY is the key that it asks for`,
  batch: `reckon batch [options] FILE    (JSON lines; - is stdin)

A line is {"prompt": "..."} or {"question": "..."} or {"messages": [...]}, with an optional "id" (default: the line's
number), "answer_kind" and "options" such as {"samples": 4}. Results are JSON lines in the order in which they
are ready: {"id", "outcome"} or {"id", "failure"}. Options hold for every problem; the --max flags for all of them together.

  -o, --out FILE        write the results there (default: stdout)
  -p, --parallel N      problems at once, 1 to 256 (default 4)
  -q, --quiet           no progress bar
${thinking}
${target}`,
  estimate: `reckon estimate [options] QUESTION    (the question may come from stdin)

  --json                one JSON object
${target}`,
  difficulty: `reckon difficulty train [options] FILE    (JSON lines; - is stdin)
reckon difficulty show [options]
reckon difficulty reset [options]

A line to train on is {"question": "...", "right": 5, "samples": 8} or {"question": "...", "correct": true} or a record of
samples, {"prompt": "...", "samples": [{"correct": true}, ...]}. Training begins anew and replaces what was learned before, for
all tenants; outcomes of solves then teach more. A running server sees every change at once (docs/difficulty.md).

  -o, --out FILE        history file that keeps it (default: [store] path, else the one in the user's folder)
  --store FILE          the same, to show or reset
  -t, --tenant NAME     whose state to show or reset (default local)
  --all                 reset what every tenant's outcomes taught, and what was trained
  --json                one JSON object
  --config FILE         configuration (default: reckon.toml here or in the user's folder)`,
  plan: `reckon plan --budget AMOUNT [options] QUESTION
reckon plan --budget AMOUNT [options] --file FILE    (JSON lines as for reckon batch; - is stdin)

Says what it would do with a budget, and asks no model: method, samples, expected tokens and chance to be right of each
problem, all together against the same share for every problem, and what less and more would bring. Curves that were
fitted to a model say how accuracy grows with samples (docs/planning.md).

  -b, --budget AMOUNT   1e6-tokens (prompts, output, verifiers), 2e5-output-tokens, 5-usd, 30-s or 400-calls; of all
                        problems together
  -f, --file FILE       problems
  --target-accuracy P   enough, above 0, below 1: the cheapest plan that reaches it on average
  --curves FILE         curves to go by (default: those of the embedded model, which come with Reckon)
  --model ID            one of the models in it, or several with commas (default: all of them)
  --window K            samples at once, 1 to 256 (default 8)
  --price-prompt USD, --price-output USD    of a million tokens, to count in money
  --speed N             tokens a second of one sample, to count in time; --total-speed N  of all samples together
  --json                one JSON object
  --url URL             a server whose difficulty service is asked (default: RECKON_URL; without one: the text alone)`,
  serve: `reckon serve [all|orchestrator|difficulty|verifier|model-proxy] [options]

"all" starts the four services, each in its own process, the inner three on free ports of the loopback interface.
A single service listens where the configuration says ([server], [services]). SIGTERM and Ctrl-C drain: what runs gets
time to end. Addresses are printed when everything is ready.

  -p, --port N          port of the public service, 0 for any free one (default 8080, [server] port)
  --host ADDRESS        address to listen on (default 127.0.0.1, [server] host); beyond this machine only with keys or
                        tokens ([auth]), or:
  --insecure            listen there although nobody has to say who he is; something else must keep strangers away
  --config FILE         configuration (default: reckon.toml here or in the user's folder)`,
  "model-server": `reckon model-server [options]

Serves the embedded model and its process reward model: OpenAI's API as vLLM speaks it at /v1, Groq's dialect at
/openai/v1, /pooling, /metrics and /health. Every test that needs a model server can have a real one, and with
--faults one that misbehaves on schedule (docs/model-server.md).

  -p, --port N          0 for any free one (default 8000)
  --host ADDRESS        address to listen on (default 127.0.0.1); another one needs a key in
                        RECKON_MODEL_SERVER_API_KEY, or --insecure
  --faults FILE         faults and their schedule, TOML or JSON
  --weights FOLDER      the model (default: the one that comes with Reckon)
  --threads N           decoding threads;  --max-batch N  samples at once (default 64)
  --trim-prefixes       as chat templates that trim messages: a continued message loses the white space at its end
  --rate-requests N     requests a minute, --rate-tokens N  tokens a minute, of Groq's dialect
  --stub                canned text in place of the model, for load tests: --stub-text TEXT (repeatable),
                        --stub-rate N  tokens a second of a sample (default 200), --stub-delay MS  to the first (20)`,
  keys: `reckon keys create --tenant NAME [--label TEXT] [--expires 90d]
reckon keys list
reckon keys revoke ID
reckon keys hash < KEY            (for tenants.NAME.key_hashes in the configuration)

A key is shown once, when it is made; the file keeps its hash. A running server sees every change within a second.

  -t, --tenant NAME     whose requests it stands for; [tenants.NAME] says what that tenant may do
  -l, --label TEXT      what the key is for
  --expires TIME        12h, 30d, 8w, 1y; without it, never
  -f, --file FILE       file of keys (default: [auth] keys_file, else keys.json in the user's folder)
  --json                one JSON object a key
  --config FILE         configuration (default: reckon.toml here or in the user's folder)`,
  replay: `reckon replay [options] FILE    (records: docs/records.md)

Replays a stop rule over recorded samples and compares it with a baseline: accuracy, output tokens and latency (tokens on the
critical path), and the problem that loses most, each with a 95 % bootstrap interval over problems. Needs no service. For
every draw samples are taken without replacement; they end in the order of their token counts, with the window's number in
flight, and a stop cancels the rest, whose tokens until then count.

  --rule NAME[:k=v,..]  none, unanimous, share, beta, dirichlet, confidence or value, with threshold, min-votes, gain,
                        token-gain, span, unseen, factor, guard (0 to 1), in-order (1), window, n-max, schedule;
                        adaptive-consistency, esc, its-doubling, beta-at-once: others' rules with their schedules
                        (default: the rule that planning has by default, with its own window and cap)
  --n-max N             the most samples;  --window K  the most in flight
  --schedule WORD       ramp (as few as could still decide), full, batch, doubling
  --baseline-n N        samples of the baseline, a majority of all of them in parallel (default 40; all that there are
                        where there are fewer);  --baseline NAME[:k=v,..]  another rule in its place
  --draws N             draws a problem (default 200);  --seed N  equal seeds, equal draws (default 1)
  --selection WORD      majority, weighted-vote or best-score (default: weighted-vote where samples have scores, else
                        majority);  --baseline-selection WORD  of the baseline (default majority)
  --signs WORD          what rule and votes see of a sample's quality: none, score, logprob or both (default: rules go by
                        vote counts, and votes are weighed by what there is)
  --prior A,B           a Beta prior on P(one sample is right) (default: as recorded, else by the question, else 1,1)
  --answer-kind WORD    number, choice, expression, code, tool-call or text (default: as recorded, else inferred)
  --json                one JSON object: {"default", "baseline", "paired", "n_problems", "draws", "seed"}`,
  calibrate: `reckon calibrate [options] FILE...    (JSON lines; - is stdin)

Fits calibrators from outcomes whose correctness is known, and reports ECE, Brier and AUROC before and after, each outcome
judged by a fit on other problems. A line is {"confidence": 0.8, "kind": "agreement", "correct": true} with an optional
"votes", "votes_for_answer", "domain", "model" and "problem_id"; or a record of a problem,
{"problem_id", "gold", "samples": [{"answer", "tokens", "score"?}]} (docs/records.md). Under 50 problems nothing is fitted (docs/confidence.md).

  --store FILE          outcomes of a history too; "default" is the one in the user's data folder
  -m, --model ID        only outcomes of this model, and those that name none; needed with --out where no line names one
  --kind WORD           only agreement, verifier, logprob or calibrated
  -o, --out FILE        write the calibrators there, for [confidence] calibration; other models in it stay
  --svg FILE            a reliability diagram
  --json                one JSON object`,
  insights: `reckon insights [options]

How thinking has paid lately on a server: difficulty, confidence, steps, samples and latency, timeouts, tokens saved, how far
confidences can be believed, and the strategy log. Your own solves, of the process that answers, the latest few
thousand (docs/insights.md).

  --since TIME          only solves that ended within 15m, 12h, 7d
  --log N               entries of the strategy log, 0 to 1,000 (default 20)
  --right ID            says that the answer of that solve was right; --wrong ID that it was not
  --json                one JSON object
  --url URL             server that has solved (default: RECKON_URL); RECKON_API_KEY is the key that it asks for`,
  models: `reckon models [options]    the default model is marked with *

  --json                one JSON object a line
${target}`,
  doctor: `reckon doctor [options]    exit status 0 where all that is needed works

  --json                one JSON object a line
${target}`,
};

/** The help on a command, or on all of them. Throws `UsageError` for a topic that there is not. */
export function helpText(topic: string | undefined): string {
  if (topic === undefined) return overview;
  const text = topics[topic] ?? (topic === "help" || topic === "version" ? overview : undefined);
  if (text === undefined)
    throw new UsageError(`there is no help on ${JSON.stringify(topic)}; try ${Object.keys(topics).join(", ")}`);
  return text;
}
