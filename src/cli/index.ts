// The command line: Docker's grammar, commands and output over the Engine API. It knows flags, tables, templates and
// terminals; how a daemon is reached and spoken to is left to `client`, what the API looks like to `api`.

export { commandNames, runCli } from './run-cli.ts';
export { processIo } from './terminal/process-io.ts';
