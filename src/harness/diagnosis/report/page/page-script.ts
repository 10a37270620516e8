/** What the page does when it is used: filters by queue and reference, and keys. Without it everything can be read too. */
export const PAGE_SCRIPT = `
const form = document.querySelector('form')
const lanes = [...document.querySelectorAll('.lane')]
function filter() {
  const queue = form.queue.value
  const text = form.reference.value.trim().toLowerCase()
  for (const lane of lanes) {
    lane.hidden = (queue !== '' && lane.dataset.queue !== queue) || !lane.dataset.name.toLowerCase().includes(text)
  }
  for (const part of document.querySelectorAll('.queue')) {
    part.hidden = [...part.querySelectorAll('.lane')].every((lane) => lane.hidden)
  }
  const shown = lanes.filter((lane) => !lane.hidden).length
  form.querySelector('output').textContent = shown + ' of ' + lanes.length + ' lanes'
}
form.addEventListener('input', filter)
form.addEventListener('submit', (event) => event.preventDefault())
document.addEventListener('keydown', (event) => {
  const typing = event.target.matches('input, select')
  if (event.key === '/' && !typing) {
    event.preventDefault()
    form.reference.focus()
  } else if (event.key === 'Escape' && typing) {
    form.reset()
    filter()
  } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && event.target.tagName !== 'SELECT') {
    const shown = lanes.filter((lane) => !lane.hidden)
    const at = shown.indexOf(document.activeElement.closest('.lane'))
    const next = shown[at + (event.key === 'ArrowDown' ? 1 : -1)]
    if (next === undefined) return
    event.preventDefault()
    next.firstElementChild.focus()
  }
})
filter()
`
