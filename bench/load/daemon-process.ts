/** The daemon as users of other languages run it: the built command in a separate process. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const COMMAND = fileURLToPath(new URL('../../../../dist/esm/cli/main.js', import.meta.url))

/** A running daemon. */
export interface DaemonProcess {
  /** For example `http://127.0.0.1:40000`. */
  readonly url: string
  readonly process: ChildProcess
  stop(): Promise<void>
}

/** Starts the command on a free port. Resolves once it listens. */
export function startDaemonProcess(): Promise<DaemonProcess> {
  return startServer(COMMAND, '--address', '127.0.0.1:0', '--log-level', 'error')
}

/** Starts a server that ignores its requests, see bare-server.ts. */
export function startBareServer(): Promise<DaemonProcess> {
  return startServer(fileURLToPath(new URL('bare-server.js', import.meta.url)))
}

async function startServer(...command: string[]): Promise<DaemonProcess> {
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
      const found = /listening on (\S+)/.exec(text)?.[1]
      if (found !== undefined) resolve(found)
    })
    void ended.then(() => reject(new Error('the daemon ended before it listened')))
  })
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
  }
  return { url, process: child, stop }
}
