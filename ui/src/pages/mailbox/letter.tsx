/**
 * The text of a mail as it was written, in a frame where nothing runs: without scripts, without forms, without a way out.
 * The page's content policy holds in the frame too and allows no style in the text, so the letter's own are put on through
 * the frame's document, which is why the frame keeps this origin. Scripts are refused to it twice over. What it would
 * look like in the dark is left to the programs people read mail with.
 */
import { useRef, useState } from 'react'
import type { MailDetail } from '@/api/shapes'
import { t } from '@/i18n'

const shelved = (html: string) => html.replace(/<style>[^<]*<\/style>/gi, '').replace(/<meta name="(?:supported-)?color-schemes?"[^>]*>/gi, '').replace(/(<[a-z][a-z0-9]*\b[^<>]*?)\sstyle="/gi, '$1 data-look="')

export function Letter({ mail }: { mail: Pick<MailDetail, 'subject' | 'html'> }) {
  const frame = useRef<HTMLIFrameElement>(null)
  const [height, setHeight] = useState(320)
  const dress = () => {
    const page = frame.current?.contentDocument
    if (!page?.body) return
    for (const element of page.querySelectorAll<HTMLElement>('[data-look]')) element.style.cssText = element.dataset['look'] ?? ''
    // A link of the letter leads somewhere only for whoever it is written to.
    for (const link of page.querySelectorAll('a')) link.removeAttribute('href')
    setHeight(Math.ceil(page.documentElement.scrollHeight))
  }
  return <iframe ref={frame} className="letter" sandbox="allow-same-origin" srcDoc={shelved(mail.html)} title={t('mails.frame', { subject: mail.subject })} onLoad={dress} style={{ height }} />
}
