"""An inaudible mark that says "synthetic", put into the dub and found again in the finished film.

**The mark.** Sound from 250 Hz to 7.4 kHz is divided into tiles, 40 ms long and 100 Hz wide (7 % above
1.4 kHz). A fixed table, drawn by a hash function and repeated every 20 s of the film, has a sign for
every tile. The tile becomes louder or softer by it, in proportion to how much the level in this band
changes by itself at that moment: by up to :data:`marker.STRONGEST_DB` where it fluctuates, as speech
and noise do, and hardly in a steady tone. Each take is marked as it lies on the film's clock; in the
mix, what is left of the original under the take is marked by the same table, so voice, music and noise
agree and none hides the mark of another. Everywhere else, nothing is changed.

**The search.** Of every tile's level in dB, the finder keeps what its neighbours in time and frequency
do not predict (least squares on the sound itself), relative to its usual size there, and bounded. The
kept values are multiplied by the signs, at every possible place in the table, and added up over windows
and over the whole track. The score is this sum divided by the root of the sum of squares.

**The decision.** For a sound that was made without the table, the signs are as good as tossed, so by
Hoeffding's inequality (1963) ``P(score >= s) <= exp(-s² / 2)``, whatever the sound is. Multiplied by
the number of places and windows tried, this bounds the chance of a false alarm for the track. The mark
counts as found where the bound is below one in a million.

The table is public: whoever wants to take the mark out, can. It is a label, not a lock.
"""
