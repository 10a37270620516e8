/** The script of the page: filters by queue and reference, keyboard shortcuts, and links that open a lane. The page can be read without it. */
export const PAGE_SCRIPT = `
const form = document.querySelector('form')
const all = (within, selector) => [...within.querySelectorAll(selector)]
const queues = all(document, '.queue').map((part) => ({
  part,
  groups: all(part, '.group').map((group) => ({ group, lanes: all(group, '.lane') })),
}))
const lanes = all(document, '.lane')
const grouped = (count) => count.toLocaleString('en')
function filter() {
  const name = form.queue.value
  const text = form.reference.value.trim().toLowerCase()
  let shown = 0
  let notDrawn = 0
  for (const { part, groups } of queues) {
    const chosen = name === '' || part.dataset.queue === name
    if (chosen) notDrawn += Number(part.dataset.leftOut)
    part.hidden = true
    for (const { group, lanes } of groups) {
      let inGroup = 0
      for (const lane of lanes) {
        lane.hidden = !chosen || !lane.dataset.name.toLowerCase().includes(text)
        if (!lane.hidden) inGroup++
      }
      group.hidden = inGroup === 0
      group.style.setProperty('--lanes', inGroup)
      if (inGroup > 0) part.hidden = false
      shown += inGroup
    }
  }
  const rest = notDrawn === 0 ? '' : ', ' + grouped(notDrawn) + ' more not drawn'
  form.querySelector('output').textContent = grouped(shown) + ' of ' + grouped(lanes.length) + ' lanes' + rest
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
document.addEventListener('click', (event) => {
  const link = event.target.closest('.more a')
  if (link === null) return
  const lane = document.getElementById(link.hash.slice(1))
  if (lane.closest('[hidden]') !== null) {
    form.reset()
    filter()
  }
  // A browser that follows the link itself takes the focus away again.
  event.preventDefault()
  location.hash = link.hash
  lane.open = true
  lane.firstElementChild.focus()
})
filter()
`
