export const HELP = `Usage: pnpm hostile-clients [options]

Starts servers that take uploads from forms (busboy, @fastify/multipart, multer) over the object
store, PostgreSQL and S3, and sets clients on them: some go away, reset, fall silent, drip, lie about
lengths, send too much, too little or garbage; others are honest. Afterwards the servers must work,
have given their memory and descriptors back, and hold whole files alone.

Prints what came of it as one JSON object on standard output, and in words on standard error.

Options:
  --clients <n>  clients, from 24 to 2,000 (default: 400)
  --quick        80 clients
  --seed <n>     which client gets which parser and which picture (default: 1)
  -h, --help     show this help

Exit codes:
  0  nothing was left and nothing was wrong
  1  something was, or the run itself failed
  2  wrong options
`;
