// Runs the suite with each preset of Jest and of Vitest. A daemon of this process stands for the real server.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { startTestDaemon } from 'querator-test'

const server = await startTestDaemon()
const QUERATOR_ENDPOINT = await server.listen()

async function run(command, preset) {
  console.log(`\n${command.join(' ')}`)
  const env = preset === 'real-server' ? { ...process.env, QUERATOR_ENDPOINT } : process.env
  const [status] = await once(spawn('npx', command, { env, stdio: 'inherit' }), 'exit')
  if (status !== 0) process.exit(1)
}

for (const preset of ['node', 'jsdom', 'one-daemon', 'real-server', 'strict']) {
  await run(['vitest', 'run', '--config', `vitest.${preset}.config.js`], preset)
  await run(['jest', '--config', `jest.${preset}.config.cjs`], preset)
}
await run(['jest', '--config', 'jest.strict-jsdom.config.cjs'])
