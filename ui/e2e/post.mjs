/** A mail server for one recipient list: it takes what it is told to take and refuses the rest for good. */
import { createServer } from 'node:net'

export async function startPost() {
  const post = { refuses: () => false, letters: [], port: 0, stop: () => undefined }
  const server = createServer((socket) => {
    let text = ''
    let letter
    const say = (line) => socket.write(`${line}\r\n`)
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      text += chunk
      for (let at = text.indexOf('\r\n'); at >= 0; at = text.indexOf('\r\n')) {
        const line = text.slice(0, at)
        text = text.slice(at + 2)
        if (letter) {
          if (line !== '.') letter.push(line)
          else {
            post.letters.push(letter.join('\n'))
            letter = undefined
            say('250 taken')
          }
        } else if (/^(EHLO|HELO)/i.test(line)) say('250 post.test')
        else if (/^RCPT/i.test(line)) say(post.refuses(line) ? '550 no such mailbox' : '250 ok')
        else if (/^DATA/i.test(line)) {
          letter = []
          say('354 go on')
        } else if (/^QUIT/i.test(line)) {
          say('221 bye')
          socket.end()
        } else say('250 ok')
      }
    })
    say('220 post.test')
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  post.port = server.address().port
  post.stop = () => new Promise((resolve) => server.close(resolve))
  return post
}
