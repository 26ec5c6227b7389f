const CHOICES = [15, 30, 60, 0]
const STORE = 'cockpit.wall.seconds'
const TAGS = new Set(['div', 'span', 'b', 'h2', 'h3', 'p', 'ul', 'ol', 'li', 'code', 'table', 'thead', 'tbody', 'tr',
  'th', 'td'])
const ATTRIBUTES = new Set(['aria-label', 'role'])
const PULSE = 5000 // milliseconds between two looks whether the server answers
const USED = 5 * 60 * 1000 // use is told at most this often

// What was chosen last; else a screen turns its slides and a phone, which is read by scrolling, does not.
const stored = () => {
  const usual = innerWidth > 1000 ? 30 : 0
  try {
    const seconds = Number(localStorage.getItem(STORE) ?? usual)
    return CHOICES.includes(seconds) ? seconds : usual
  } catch { return usual }
}

const store = (seconds) => {
  try { localStorage.setItem(STORE, String(seconds)) } catch { /* a browser that keeps nothing forgets the choice */ }
}

// Outlives the element, so that a page that is drawn anew stays at its slide.
const memory = { index: 0, seconds: stored(), paused: false }
const walls = new WeakMap()

const make = (node) => {
  if (!Array.isArray(node)) return document.createTextNode(node === null || node === undefined ? '' : String(node))
  const [tag, names, attributes, ...children] = node
  const element = document.createElement(TAGS.has(tag) ? tag : 'span')
  if (names) element.className = names
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith('--')) element.style.setProperty(name, String(value))
    else if (ATTRIBUTES.has(name)) element.setAttribute(name, String(value))
  }
  element.append(...children.map(make))
  return element
}

const clock = (at = new Date()) =>
  `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`

class Wall {
  constructor (root) {
    this.root = root
    this.part = Object.fromEntries(['stage', 'book', 'tell', 'foot', 'line'].map((name) => [name, this.box(name)]))
    root.replaceChildren(...Object.values(this.part))
    this.part.book.hidden = true
    this.part.book.tabIndex = 0 // so that arrows scroll what is longer than the screen
    root.popover = 'manual' // above everything else the page may show, its own notices included
    root.setAttribute('role', 'region')
    this.stop = new AbortController()
    const until = { signal: this.stop.signal }
    window.addEventListener('keydown', (event) => this.key(event), { capture: true, signal: this.stop.signal })
    window.addEventListener('offline', () => this.lose(), until)
    window.addEventListener('online', () => this.pulse(), until)
    document.addEventListener('fullscreenchange', () => this.rise(), until)
    document.addEventListener('visibilitychange', () => this.wake(), until)
    this.spent = 0
    this.ticked = performance.now()
    this.timers = [setInterval(() => this.tick(), 200), setInterval(() => this.pulse(), PULSE)]
    this.wake()
  }

  end () {
    this.stop.abort()
    this.timers.forEach(clearInterval)
    this.lock?.release()
  }

  box (name) {
    const element = document.createElement('div')
    element.className = name
    return element
  }

  // ---------------------------------------------------------------- what is shown

  draw (data, tell) {
    this.words = data.words
    this.server = tell
    this.heard = { at: new Date(), since: performance.now(), patience: (2 * data.refresh + PULSE / 1000) * 1000 }
    this.lost = false
    this.root.setAttribute('aria-label', data.words.meeting)
    const slides = data.tree.slice(3)
    const drawn = JSON.stringify(slides)
    if (drawn !== this.drawn) {
      this.drawn = drawn
      this.part.stage.replaceChildren(...slides.map(make))
    }
    this.slides = [...this.part.stage.children]
    this.explained = data.book
    this.part.book.setAttribute('role', 'region')
    this.part.book.setAttribute('aria-label', data.words.help)
    this.controls()
    this.show(Math.min(memory.index, this.slides.length - 1))
    this.rise(false)
  }

  rise (again = true) {
    if (!this.root.isConnected) return
    if (again && this.root.matches(':popover-open')) this.root.hidePopover()
    if (!this.root.matches(':popover-open')) this.root.showPopover()
    this.controls()
  }

  show (index) {
    const count = this.slides.length
    memory.index = ((index % count) + count) % count
    this.slides.forEach((slide, number) => slide.classList.toggle('on', number === memory.index))
    this.part.stage.scrollTop = 0
    this.spent = 0
    this.say()
  }

  say () {
    const { words, part } = this
    const sign = this.lost ? [make(['b', 'lv mid', {}, '◆ ' + words.lost.replace('{time}', clock(this.heard.at))])] : []
    const place = make(['span', 'place', {}, `${memory.index + 1} / ${this.slides.length}`])
    const said = [...sign, make(['span', '', {}, words.meeting]), place, make(['span', 'clock', {}, clock()])]
    if (part.tell.textContent !== said.map((one) => one.textContent).join('')) part.tell.replaceChildren(...said)
    const running = memory.seconds > 0 && !memory.paused
    part.line.style.setProperty('--w', running ? Math.min(1, this.spent / memory.seconds / 1000) : 0)
  }

  controls () {
    const { words } = this
    const button = (text, act, pressed) => {
      const element = document.createElement('button')
      element.textContent = text
      if (pressed !== undefined) element.setAttribute('aria-pressed', String(pressed))
      element.onclick = () => { element.blur(); act(); this.use() }
      return element
    }
    const group = (...inner) => { const box = this.box('group'); box.append(...inner); return box }
    const choices = CHOICES.map((seconds) => button(
      seconds ? words.seconds.replace('{count}', seconds) : words.off, () => this.choose(seconds),
      seconds === memory.seconds
    ))
    this.part.foot.replaceChildren(
      group(
        button(words.previous, () => this.show(memory.index - 1)),
        button(words.next, () => this.show(memory.index + 1))
      ),
      group(make(['span', '', {}, words.turn]), ...choices),
      group(
        button(memory.paused ? words.resume : words.pause, () => this.pause(), memory.paused),
        button(document.fullscreenElement ? words.window : words.full, () => this.full()),
        button(words.help, () => this.explain(), !this.part.book.hidden),
        button(words.leave, () => this.leave())
      )
    )
  }

  // ---------------------------------------------------------------- what people do

  key (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const act = {
      ArrowRight: () => this.show(memory.index + 1),
      PageDown: () => this.show(memory.index + 1),
      ' ': () => this.show(memory.index + 1),
      ArrowLeft: () => this.show(memory.index - 1),
      PageUp: () => this.show(memory.index - 1),
      Home: () => this.show(0),
      End: () => this.show(-1),
      f: () => this.full(),
      p: () => this.pause(),
      '?': () => this.explain(),
      Escape: () => this.part.book.hidden ? this.leave() : this.explain()
    }[event.key.length === 1 ? event.key.toLowerCase() : event.key]
    if (!act || (!this.part.book.hidden && !['?', 'Escape'].includes(event.key))) return
    event.preventDefault()
    event.stopImmediatePropagation()
    act()
    this.use()
  }

  choose (seconds) {
    memory.seconds = seconds
    memory.paused = false
    store(seconds)
    this.spent = 0
    this.controls()
  }

  pause () {
    if (memory.seconds === 0) return this.choose(30)
    memory.paused = !memory.paused
    this.controls()
  }

  full () {
    const done = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()
    done.catch(() => {}) // a browser may refuse; the slides fill its window all the same
  }

  // Over the slides, which stand still meanwhile; keys other than these two belong to it.
  explain () {
    const { book, stage } = this.part
    stage.hidden = book.hidden
    book.hidden = !book.hidden
    book.replaceChildren(...(book.hidden ? [] : [make(this.explained)]))
    if (!book.hidden) book.focus()
    this.controls()
  }

  leave () {
    if (document.fullscreenElement) document.exitFullscreen()
    this.server('leave', true)
  }

  // Turning slides happens here alone; the server hears of it now and then, so that nobody is signed out meanwhile.
  use () {
    if (this.lost || performance.now() - (this.told ?? -USED) < USED) return
    this.told = performance.now()
    this.server('use', true)
  }

  // ---------------------------------------------------------------- what happens by itself

  tick () {
    const now = performance.now()
    if (memory.seconds > 0 && !memory.paused && this.part.book.hidden) this.spent += now - this.ticked
    this.ticked = now
    if (now - this.heard.since > this.heard.patience) this.lost = true
    if (memory.seconds > 0 && this.spent >= memory.seconds * 1000) this.show(memory.index + 1)
    else this.say()
  }

  async pulse () {
    try {
      const answer = await fetch('/health/live', { cache: 'no-store', signal: AbortSignal.timeout(PULSE - 500) })
      if (!answer.ok) this.lose()
      else if (this.lost) this.server('use', true) // what it answers brings the figures up to date
    } catch { this.lose() }
  }

  lose () {
    this.lost = true
    this.say()
  }

  wake () {
    if (document.visibilityState !== 'visible' || !navigator.wakeLock) return
    navigator.wakeLock.request('screen').then((lock) => { this.lock = lock }).catch(() => {})
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('#wall')
  if (!walls.has(root)) walls.set(root, new Wall(root))
  walls.get(root).draw(data, setTriggerValue)
  return () => {
    walls.get(root)?.end()
    walls.delete(root)
  }
}
