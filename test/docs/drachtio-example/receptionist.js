/**
 * Rings the telephone that is dialled, and says for those who want quiet that they are busy.
 * @param phones names with the SIP URIs of their telephones
 * @param quiet names of those who do not want to be disturbed
 */
module.exports = function receptionist(srf, { phones, quiet }) {
  srf.invite(async (req, res) => {
    const name = req.calledNumber;
    if (!phones.has(name)) return res.send(404);
    if (quiet.has(name)) return res.send(486, { headers: { 'X-Reason': 'do not disturb' } });
    try {
      const { uas, uac } = await srf.createB2BUA(req, res, phones.get(name), { proxyResponseHeaders: ['X-Reason'] });
      uas.on('destroy', () => uac.destroy());
      uac.on('destroy', () => uas.destroy());
    } catch (error) {
      if (error.status === undefined) throw error; // a telephone that is busy, or does not answer, is no mishap
    }
  });
};
