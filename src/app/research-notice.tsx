import { useSessionState } from '#src/features/use-session.ts';

/** Always visible, on screen and in every export (domain facts, section 6). */
export function ResearchNotice() {
  const isOwn = useSessionState((state) => state.model?.origin === 'own');
  return (
    <p className="research-notice" role="note" data-testid="research-notice">
      <strong>Research use only.</strong> Not a medical device, not for diagnosis, cannot be used to rule out low bone density.{' '}
      {isOwn ? 'The network in use is your own and has not been validated by OsteoLens.' : 'The network was trained on simulated vertebrae and has not been clinically validated.'}
    </p>
  );
}
