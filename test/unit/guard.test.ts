/** The guard process between a test run and the server it starts. The guard stays until the server has stopped. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { GUARD } from '../../src/real-server/guard.js'

/** A server that prints each SIGTERM it receives and stops only on SIGUSR2. */
const SERVER = `
let asked = 0
process.on('SIGTERM', () => process.stdout.write('asked ' + ++asked + '\\n'))
process.on('SIGUSR2', () => process.exit(7))
setInterval(() => {}, 60_000)
process.stdout.write('pid ' + process.pid + '\\n')`

test.each([
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
] as const)('waits for the server to stop even after a second %s', async (signal) => {
  const folder = mkdtempSync(join(tmpdir(), 'guard-'))
  const program = ['--eval', GUARD, '--', folder, process.execPath, '--eval', SERVER]
  const guard = spawn(process.execPath, program, { stdio: ['pipe', 'pipe', 'inherit'] })
  let output = ''
  const listeners = new Set<() => void>()
  guard.stdout.on('data', (chunk) => {
    output += chunk
    for (const look of listeners) look()
  })
  const shows = (text: RegExp) =>
    new Promise<string>((resolve) => {
      const look = () => {
        const found = text.exec(output)
        if (found !== null) resolve(found[1] ?? '')
      }
      listeners.add(look)
      look()
    })
  const ended = new Promise((resolve) => guard.once('close', (...how) => resolve(how)))
  const pid = Number(await shows(/pid (\d+)\n/))
  guard.kill(signal)
  await shows(/asked (1)\n/)
  guard.kill(signal)
  // Closing the pipe also asks the guard to stop. It happens here after the signal.
  guard.stdin.end()
  process.kill(pid, 'SIGUSR2')
  expect(await ended).toEqual([7, null])
  expect([output.match(/asked/g)?.length, existsSync(folder)]).toEqual([1, false])
})
