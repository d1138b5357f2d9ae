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
    ("en", "It costs $3.50.", "It costs three dollars fifty."),
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
    ("pt-br", "R$ 3,50", "três reais e cinquenta"),
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


KINDS = [
    ("en", "$1,234.56", "one thousand two hundred and thirty four dollars fifty six"),
    ("en", "$2.5 billion", "two point five billion dollars"),
    (
        "en",
        "$5M, €3bn and £100K",
        "five million dollars, three billion euros and one hundred thousand pounds",
    ),
    ("en", "on 5/6/2024", "on May sixth twenty twenty four"),
    ("en", "May 5, 2024", "May fifth, twenty twenty four"),
    ("en", "They won 3–2.", "They won three to two."),
    ("en", "1939–45", "nineteen thirty nine to forty five"),
    ("en", "5%-10%, $5-$10", "five percent to ten percent, five dollars to ten dollars"),
    ("en", "v2.0.1", "version two point zero point one"),
    ("en", "x² + 3 = 7", "x squared plus three equals seven"),
    (
        "en",
        "10^6, 3*4, 12 ÷ 4, ≈5, ≤5",
        "ten to the power of six, three times four, twelve divided by four, about five, at most five",
    ),
    (
        "en",
        "H2SO4, CO2, MP3, B2B, 4K, 5G",
        "H two S O four, C O two, M P three, B two B, four K, five G",
    ),
    ("en", "a 30-year-old", "a thirty-year-old"),
    ("en", "7/10 and 5/8 and 50/50", "seven out of ten and five eighths and fifty fifty"),
    ("en", "the U.S.A. and J.R.R. Tolkien", "the U S A and J R R Tolkien"),
    ("en", "St. Paul lives on Main St.", "Saint Paul lives on Main Street"),
    ("en", "e.g. Prof. X vs. Sgt. Y, etc.", "for example professor X versus sergeant Y, et cetera"),
    ("en", "1'000'000 and 1 000 000", "one million and one million"),
    ("en", "Call 911.", "Call nine one one."),
    (
        "en",
        "-5 °F, 98.6°F",
        "minus five degrees Fahrenheit, ninety eight point six degrees Fahrenheit",
    ),
    (
        "en",
        "1 kg, 2 ft, 16GB, 60 mph, 50 m²",
        "one kilogram, two feet, sixteen gigabytes, sixty miles per hour, fifty square meters",
    ),
    ("en", "@anna #MeToo", "at anna MeToo"),
    ("en", "9 a.m. sharp", "nine AM sharp"),
    ("en", "Agent 007", "Agent zero zero seven"),
    ("es", "a las 21:00 y a la 1:30", "a las veintiuna y a la una y treinta"),
    ("es", "9:30 a. m. en punto", "nueve y treinta de la mañana en punto"),
    ("es", "el 25/12", "el veinticinco de diciembre"),
    ("es", "21 libras, 21 años, 1 km", "veintiuna libras, veintiún años, un kilómetro"),
    ("es", "$2,5 millones", "dos coma cinco millones de dólares"),
    ("es", "5,50 €", "cinco euros con cincuenta"),
    ("es", "Luis XIV y Felipe VI", "Luis catorce y Felipe sexto"),
    ("es", "EE. UU., p. ej., D. Juan", "Estados Unidos, por ejemplo, don Juan"),
    ("es", "el 1er piso, la 5ta vez", "el primer piso, la quinta vez"),
    ("es", "y/o", "y o"),
    (
        "fr",
        "1 mai, 18h30, 1h, 21 h",
        "premier mai, dix-huit heures trente, une heure, vingt et une heures",
    ),
    ("fr", "2,5 M€ et 3,50 €", "deux virgule cinq millions d'euros et trois euros cinquante"),
    ("fr", "François Ier et Louis XIV", "François premier et Louis quatorze"),
    ("fr", "C-c'est", "ce c'est"),
    ("it", "alle 18.30, all'1:30", "alle diciotto e trenta, all'una e trenta"),
    ("it", "1 h, 21 anni, 5 mln", "un'ora, ventun anni, cinque milioni"),
    ("it", "gli anni '90", "gli anni novanta"),
    ("it", "Papa Giovanni XXIII", "Papa Giovanni ventitreesimo"),
    ("pt-br", "R$ 2 milhões, R$ 1,00", "dois milhões de reais, um real"),
    ("pt-br", "2 horas, 21 pessoas, 2 dias", "duas horas, vinte e uma pessoas, dois dias"),
    ("pt-br", "D. Pedro II nos EUA", "dom Pedro segundo nos Estados Unidos"),
    ("pt-br", "kkkkk", "quá quá quá"),
    ("hi", "21वीं सदी, 1ला", "इक्कीसवीं सदी, पहला"),
    ("hi", "शाम 5:30 बजे", "शाम पाँच बजकर तीस मिनट"),
    ("hi", "₹५००", "पाँच सौ रुपये"),
    ("zh", "3～5天，比分3-2", "三到五天，比分三比二"),
    ("zh", "10-20%", "百分之十到百分之二十"),
    ("zh", "1,000,000 和 12345", "一百万和一万二千三百四十五"),
    ("zh", "$5M，¥1.5亿，100w", "五百万美元，一点五亿元，一百万"),
    ("zh", "5‰，50㎡，5㎏", "千分之五，五十平方米，五千克"),
    ("zh", "v2.0.1，10⁶，√2", "版本二点零点一，十的六次方，根号二"),
    ("zh", "第Ⅳ章，路易XIV", "第四章，路易十四"),
    ("zh", "1米80，20000", "一米八，两万"),
    ("ja", "3〜5日、3-5人", "三から五日、三から五人"),
    ("ja", "v2.0.1、50㎡", "バージョン二ドットゼロドット一、五十平方メートル"),
    ("ja", "ははは、草www", "ハハハ、草"),
    ("ja", "いやーーー", "いやー"),
    ("ja", "ﾃﾚﾋﾞ、人々", "テレビ、人々"),
    ("ja", "110番", "ひゃくとお番"),
]


@pytest.mark.parametrize(("language", "written", "said"), [*TABLE, *KINDS])
def test_it_is_said_as_people_say_it(language: str, written: str, said: str) -> None:
    assert spoken_form(written, language) == said


@pytest.mark.parametrize("language", SPOKEN)
@given(text=st.text(st.sampled_from("0123456789.,:/-%$€ aé中の²③٣\n"), max_size=24))
@example(text="0.000 000")
@settings(deadline=None, max_examples=60)
def test_no_digit_is_ever_left_over(language: str, text: str) -> None:
    assert not re.search(r"\d", spoken_form(text, language))
