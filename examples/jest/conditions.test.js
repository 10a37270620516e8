const { daemon, queue } = require('querator-test/jest')

/** Sends each mail once, however often its item is handed out. */
function mailer() {
  const sent = []
  const send = ({ reference }) => {
    if (!sent.includes(reference)) sent.push(reference)
  }
  return { sent, send }
}

describe.each(['at-least-once', 'slow', 'crowded'])('under the condition %s', (condition) => {
  beforeEach(() => {
    daemon.under(condition)
  })

  test('each mail is sent once', async () => {
    const { sent, send } = mailer()
    await queue.produce({ reference: 'mail-1' }, { reference: 'mail-2' })
    await queue.drain(send)
    expect(sent.sort()).toEqual(['mail-1', 'mail-2'])
  })
})
