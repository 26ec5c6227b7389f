export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('#ink')
  const NS = 'http://www.w3.org/2000/svg'
  const DRAWN = new Set(['svg', 'path', 'line'])
  const TAGS = new Set(['div', 'span', 'b', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'h2', 'h3', 'p', 'a', 'ul', 'ol',
    'li', 'code', ...DRAWN])
  const ATTRIBUTES = new Set(['title', 'colspan', 'aria-label', 'aria-current', 'role', 'scope', 'lang',
    'viewBox', 'preserveAspectRatio', 'd', 'x1', 'x2', 'y1', 'y2'])

  // Only addresses of this server: one slash, then anything but a second one.
  const inside = (address) => /^\/(?![\/\\])/.test(address)

  const leave = (address) => {
    const here = encodeURIComponent(location.pathname + location.search)
    location.replace(address + (address.includes('?') ? '' : '?next=' + here))
  }

  const pointed = (element, target) => {
    element.classList.add('go')
    element.onclick = (event) => { event.stopPropagation(); setTriggerValue('go', target) }
  }

  const clickable = (element, target) => {
    pointed(element, target)
    element.setAttribute('tabindex', '0')
    if (element.tagName !== 'TR') element.setAttribute('role', 'button')
    element.onkeydown = (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return
      event.preventDefault()
      element.onclick(event)
    }
  }

  const make = (node) => {
    if (node === null || node === undefined) return document.createTextNode('')
    if (!Array.isArray(node)) return document.createTextNode(String(node))
    const [tag, names, attributes, ...children] = node
    if (!TAGS.has(tag)) return document.createTextNode('')
    const element = DRAWN.has(tag) ? document.createElementNS(NS, tag) : document.createElement(tag)
    if (names) element.setAttribute('class', names)
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith('--')) element.style.setProperty(name, String(value))
      else if (ATTRIBUTES.has(name)) element.setAttribute(name, String(value))
      else if (name === 'go') clickable(element, String(value))
      else if (name === 'over') pointed(element, String(value))
      else if (name === 'href' && inside(String(value))) element.setAttribute('href', String(value))
      else if (name === 'leave' && inside(String(value))) leave(String(value))
      else if (name === 'speaks') document.documentElement.lang = String(value)
    }
    for (const child of children) element.append(make(child))
    return element
  }

  root.replaceChildren(make(data.tree))
}
