import { ACTIONS } from '../../../harness/endpoint/messenger/action';
import { rejectionSentence } from '../../../harness/endpoint/messenger/sentences';

describe('the sentence on the screen', () => {
  it('is the one of the article for voice', () => {
    expect(rejectionSentence('voice', 'bob')).toBe('Your request to have a voice conversation cannot be delivered to bob.');
  });

  it('follows the action', () => {
    expect(new Set(ACTIONS.map((action) => rejectionSentence(action, 'bob'))).size).toBe(5);
    expect(rejectionSentence('remote-assistance', 'carol')).toBe(
      'Your request to have a remote-assistance conversation cannot be delivered to carol.',
    );
  });
});
