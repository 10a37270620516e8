/** Remembers by their keys which e-mails were sent. In production this is a table with a unique key. */
class SentEmails {
  #keys = new Set()

  /** Whether the e-mail of this key is the caller's to send. */
  claim(key) {
    if (this.#keys.has(key)) return false
    this.#keys.add(key)
    return true
  }

  /** It was not sent after all. */
  release(key) {
    this.#keys.delete(key)
  }
}

module.exports = { SentEmails }
