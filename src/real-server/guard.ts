/**
 * The program between a test run and the server that it starts. It stops the server when the run is over, however it ended.
 * A run that is killed can do nothing, but the system closes its pipe. The guard ignores a second signal and stays until the
 * server has stopped.
 */

/** How long a server may take to stop, in milliseconds, before it is killed. */
const LONGEST_STOP = 2_000

/** The exit status of the guard if the program does not exist. */
export const NO_PROGRAM = 127

/** JavaScript for `node --eval`. Its arguments are a folder to remove at the end, the program, and the program's arguments. */
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
