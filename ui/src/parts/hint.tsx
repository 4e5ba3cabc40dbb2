/** A short text on hover and on focus. Never the only place where something is said. */
import { Tooltip } from 'radix-ui'
import type { ReactElement, ReactNode } from 'react'

export const HintRoom = ({ children }: { children: ReactNode }) => (
  <Tooltip.Provider delayDuration={350} skipDelayDuration={150}>
    {children}
  </Tooltip.Provider>
)

export function Hint({ text, children, side = 'bottom' }: { text: string; children: ReactElement; side?: 'top' | 'bottom' | 'right' }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="hint" side={side} sideOffset={6} collisionPadding={8}>
          {text}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}
