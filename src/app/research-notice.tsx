/** Always visible, on screen and in every export (domain facts, section 6). */
export function ResearchNotice() {
  return (
    <p className="research-notice" role="note" data-testid="research-notice">
      <strong>Research use only.</strong> Not a medical device, not for diagnosis, cannot be used to rule out low bone density. The network was trained on
      simulated vertebrae and has not been clinically validated.
    </p>
  );
}
