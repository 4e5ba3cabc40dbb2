/** Backup codes, shown this once: to copy, to save, and not to leave before they are kept. */
import { Copy, Download } from 'lucide-react'
import { useState } from 'react'
import { t } from '@/i18n'
import { canSaveText, saveText } from '@/lib/download'
import { date } from '@/lib/time'
import { Button } from '@/parts/button'
import { toast } from '@/parts/toasts'

type Props = { codes: string[]; email: string; kept: boolean; onKept: (kept: boolean) => void }
export function Codes({ codes, email, kept, onKept }: Props) {
  const [copied, setCopied] = useState(false)
  const text = `${t('factor.codesFile', { email, date: date(new Date().toISOString()) })}\n\n${codes.join('\n')}\n`
  const copy = () =>
    void navigator.clipboard.writeText(codes.join('\n')).then(() => {
      setCopied(true)
      toast({ text: t('factor.copiedCodes') })
    })
  return (
    <div className="codes-room">
      <ul className="codes" aria-label={t('factor.codes')}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="codes-deeds">
        <Button small icon={<Copy size={13} />} onClick={copy}>
          {t(copied ? 'common.copied' : 'factor.copyCodes')}
        </Button>
        {canSaveText() && (
          <Button small icon={<Download size={13} />} onClick={() => saveText('purser-backup-codes.txt', text)}>
            {t('factor.saveCodes')}
          </Button>
        )}
      </div>
      <label className="check">
        <input type="checkbox" checked={kept} onChange={(event) => onKept(event.target.checked)} /> {t('factor.kept')}
      </label>
    </div>
  )
}
