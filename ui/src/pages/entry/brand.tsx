/** The mark and the name, where there is no frame yet. */
export const Brand = () => (
  <div className="entry-brand">
    <span className="brand-mark" aria-hidden />
    <span>Purser</span>
  </div>
)
