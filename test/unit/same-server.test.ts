/** Which URLs name one server. */
import { expect, test } from 'vitest'
import { isSameServer } from '../../src/harness/backing/same-server.js'

test('a slash at the end and the name of this machine do not matter', () => {
  const forms = ['localhost', '127.0.0.1', '[::1]', 'LOCALHOST'].flatMap((host) => [
    `http://${host}:2319`,
    `http://${host}:2319/`,
  ])
  for (const one of forms)
    for (const other of forms) expect([one, other, isSameServer(one, other)]).toEqual([one, other, true])
  expect(isSameServer('http://localhost/behind/', 'http://localhost:80/behind')).toBe(true)
})

test('other ports, hosts, paths and schemes do', () => {
  for (const other of [
    'http://localhost:2320',
    'https://localhost:2319',
    'http://querator:2319',
    'http://localhost:2319/a',
    'no URL',
  ]) {
    expect([other, isSameServer('http://localhost:2319', other)]).toEqual([other, false])
  }
  expect(isSameServer(undefined, 'http://localhost:2319')).toBe(false)
  expect(isSameServer('no URL', 'no URL')).toBe(true)
})
