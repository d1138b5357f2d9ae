import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dubbing.language.languages import SPOKEN
from dubbing.language.spoken_form import spoken_form

TABLE = [
    ("zh", "今天是2026年11月21日。", "今天是二零二六年十一月二十一日。"),
    ("zh", "涨了50%。", "涨了百分之五十。"),
    ("zh", "下午3:05见。", "下午三点零五分见。"),
    ("zh", "共1,000个", "共一千个"),
    ("zh", "重2.5kg", "重二点五千克"),
    ("zh", "第3名", "第三名"),
    ("en", "It costs $3.50.", "It costs three point five dollars."),
    ("en", "the 1st of May", "the first of May"),
    ("en", "at 3:05 pm", "at three o five PM"),
    ("en", "Dr. Smith", "doctor Smith"),
    ("en", "50% more", "fifty percent more"),
    ("en", "2.5 kg", "two point five kilograms"),
    ("es", "a las 7:30", "a las siete y treinta"),
    ("es", "3,5 km", "tres coma cinco kilómetros"),
    ("es", "1.200 €", "mil doscientos euros"),
    ("es", "el 21/11/2026", "el veintiuno de noviembre de dos mil veintiséis"),
    ("fr", "25 °C", "vingt-cinq degrés"),
    ("fr", "1 234 567", "un million deux cent trente-quatre mille cinq cent soixante-sept"),
    ("fr", "M. Dupont", "monsieur Dupont"),
    ("it", "il 50%", "il cinquanta per cento"),
    ("it", "nel 1998", "nel millenovecentonovantotto"),
    ("pt-br", "R$ 3,50", "três vírgula cinco zero reais"),
    ("pt-br", "2 kg", "dois quilos"),
    ("ja", "1,200円", "千二百円"),
    ("ja", "50%", "五十パーセント"),
    ("hi", "25 किताबें", "पच्चीस किताबें"),
    ("hi", "3.5 km", "तीन दशमलव पाँच किलोमीटर"),
    ("es", "5-7 días", "cinco a siete días"),
    ("es", "el 1º y la 3ª", "el primero y la tercera"),
    ("it", "il 2º", "il secondo"),
    ("fr", "le 1er, la 1re et le 2e", "le premier, la première et le deuxième"),
    ("fr", "à 13h05", "à treize heures cinq"),
    ("fr", "à 7:00", "à sept heures"),
    ("es", "a las 7:00", "a las siete"),
    ("fr", "dans 2 h", "dans deux heures"),
    ("fr", "-5 °C", "moins cinq degrés"),
    ("hi", "₹1,00,000", "एक लाख रुपये"),
    ("en", "₹1,00,000", "one hundred thousand rupees"),
    ("zh", "50%-60%", "百分之五十到百分之六十"),
    ("zh", "COVID-19", "COVID 十九"),
    ("en", "an F-16", "an F sixteen"),
    ("it", "l'FBI e la NASA", "l'F B I e la NASA"),
    ("fr", "le TGV", "le T G V"),
    ("en", "Call 555-0123.", "Call five five five, zero one two three."),
    ("es", "Llama al 912 345 678.", "Llama al nueve uno dos, tres cuatro cinco, seis siete ocho."),
    ("fr", "Appelez le 01 23 45 67.", "Appelez le zéro un, deux trois, quatre cinq, six sept."),
    ("it", "Chiama il 06 1234567.", "Chiama il zero sei, uno due tre quattro cinque sei sette."),
    ("pt-br", "Ligue (11) 9123-4567.", "Ligue um um, nove um dois três, quatro cinco seis sete."),
    ("zh", "拨打 +86 138 1234 5678", "拨打 加八六，幺三八，幺二三四，五六七八"),
    ("hi", "फोन 98765 43210", "फोन नौ आठ सात छः पाँच, चार तीन दो एक शून्य"),
    ("es", "Son 1 500 000 euros.", "Son un millón quinientos mil euros."),
    ("en", "see www.nasa.gov.", "see www dot nasa dot gov."),
]


@pytest.mark.parametrize(("language", "written", "said"), TABLE)
def test_it_is_said_as_people_say_it(language: str, written: str, said: str) -> None:
    assert spoken_form(written, language) == said


@pytest.mark.parametrize("language", SPOKEN)
@given(text=st.text(st.sampled_from("0123456789.,:/-%$€ aé中の²③٣\n"), max_size=24))
@example(text="0.000 000")
@settings(deadline=None, max_examples=60)
def test_no_digit_is_ever_left_over(language: str, text: str) -> None:
    assert not re.search(r"\d", spoken_form(text, language))
