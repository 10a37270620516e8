/**
 * The program between a test run and a server that it starts: it stops the server when the run is over, however it
 * ended. A run that is killed can do nothing any more, but the pipe that it held is closed by the system. A second signal is no
 * reason to leave the server alone.
 */

/** How long a server may take to stop, in milliseconds, before it is killed. */
const LONGEST_STOP = 2_000

/** The exit status of the guard if the program does not exist. */
export const NO_PROGRAM = 127

/** JavaScript for `node --eval`; its arguments are a folder to remove at the end, the program, and what that takes. */
export const GUARD = `
const [folder, program, ...args] = process.argv.slice(1)
const end = (status) => {
  require('node:fs').rmSync(folder, { recursive: true, force: true })
  process.exit(status)
}
const server = require('node:child_process').spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] })
server.once('error', (error) => {
  process.stderr.write(error.message)
  end(${NO_PROGRAM})
})
server.once('exit', (status) => end(status ?? 1))
let stopping = false
const stop = () => {
  if (stopping) return
  stopping = true
  server.kill('SIGTERM')
  setTimeout(() => server.kill('SIGKILL'), ${LONGEST_STOP}).unref()
}
process.stdin.once('end', stop).once('error', stop).resume()
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stop)
`
