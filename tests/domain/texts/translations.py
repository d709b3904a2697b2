# ruff: noqa: E501
"""One text in the languages that are counted fairly: a conversation's summary, written for this test, and the
first article of the Universal Declaration of Human Rights in the official translations."""

SUMMARY = {
    "English": (
        "She runs a small bakery with three ovens. Last winter she found out about the new electricity price from"
        " the bill, two months after it had changed. She lost about nine hundred euros and did not bake at night any"
        " more. Since then she looks at the website of her supplier every Monday, but often forgets it. She would pay"
        " for a message on her phone that tells her early enough to change the plan for the week."
    ),
    "German": (
        "Sie führt eine kleine Bäckerei mit drei Öfen. Im letzten Winter erfuhr sie erst durch die Rechnung vom neuen"
        " Strompreis, zwei Monate nachdem er sich geändert hatte. Sie verlor etwa neunhundert Euro und backte nachts"
        " nicht mehr. Seitdem schaut sie jeden Montag auf die Webseite ihres Versorgers, vergisst es aber oft. Sie"
        " würde für eine Nachricht auf ihrem Telefon bezahlen, die früh genug kommt, um den Plan für die Woche zu"
        " ändern."
    ),
    "Chinese": (
        "她经营一家有三个烤炉的小面包店。去年冬天，新电价变动两个月以后，她才从账单上知道这件事。"
        "她损失了大约九百欧元，从此不再在夜里烤面包。从那以后，她每个星期一都会看供应商的网站，但是经常忘记。"
        "如果有一条手机消息能够及早通知她，让她来得及改变一周的计划，她愿意付钱。"
    ),
    "Japanese": (
        "彼女はオーブンが三台ある小さなパン屋を営んでいる。昨年の冬、新しい電気料金のことを知ったのは、"
        "料金が変わってから二か月後に届いた請求書によってだった。約九百ユーロを失い、夜にパンを焼くのをやめた。"
        "それ以来、毎週月曜日に電力会社のウェブサイトを見ているが、よく忘れてしまう。"
        "一週間の計画を変えるのに間に合うように電話に知らせてくれるメッセージがあれば、お金を払うと言っている。"
    ),
    "Korean": (
        "그녀는 오븐이 세 대 있는 작은 빵집을 운영한다. 지난겨울 그녀는 새 전기 요금이 바뀐 지 두 달이 지나서야"
        " 고지서를 보고 그 사실을 알았다. 약 구백 유로를 잃었고 더 이상 밤에 빵을 굽지 않았다. 그때부터 매주 월요일에"
        " 공급 업체의 웹사이트를 보지만 자주 잊어버린다. 일주일 계획을 바꿀 수 있을 만큼 일찍 전화로 알려 주는"
        " 메시지가 있다면 돈을 낼 것이라고 한다."
    ),
    "Thai": (
        "เธอเปิดร้านขนมปังเล็ก ๆ ที่มีเตาอบสามเตา เมื่อฤดูหนาวปีที่แล้วเธอเพิ่งรู้เรื่องค่าไฟฟ้าใหม่จากใบแจ้งหนี้"
        " หลังจากที่ราคาเปลี่ยนไปแล้วสองเดือน เธอเสียเงินไปประมาณเก้าร้อยยูโรและไม่อบขนมปังตอนกลางคืนอีกต่อไป"
        " ตั้งแต่นั้นมาเธอดูเว็บไซต์ของผู้ให้บริการไฟฟ้าทุกวันจันทร์ แต่มักจะลืม"
        " เธอยินดีจ่ายเงินสำหรับข้อความทางโทรศัพท์ที่แจ้งให้เธอทราบเร็วพอที่จะเปลี่ยนแผนของสัปดาห์นั้นได้"
    ),
    "Arabic": (
        "تدير مخبزا صغيرا فيه ثلاثة أفران. في الشتاء الماضي علمت بسعر الكهرباء الجديد من الفاتورة، بعد شهرين من تغيره."
        " خسرت نحو تسعمئة يورو ولم تعد تخبز في الليل. ومنذ ذلك الحين تنظر إلى موقع الشركة الموردة كل يوم اثنين، لكنها"
        " كثيرا ما تنسى ذلك. وهي مستعدة لأن تدفع مقابل رسالة على هاتفها تخبرها في وقت مبكر يكفي لتغيير خطة الأسبوع."
    ),
    "Hindi": (
        "वह तीन ओवन वाली एक छोटी बेकरी चलाती है। पिछली सर्दियों में उसे बिजली की नई कीमत का पता बिल से चला, कीमत बदलने के दो"
        " महीने बाद। उसे लगभग नौ सौ यूरो का नुकसान हुआ और उसने रात में पकाना बंद कर दिया। तब से वह हर सोमवार को अपने आपूर्तिकर्ता"
        " की वेबसाइट देखती है, लेकिन अक्सर भूल जाती है। वह अपने फोन पर ऐसे संदेश के लिए पैसे देगी जो उसे हफ्ते की योजना बदलने के लिए"
        " काफी पहले बता दे।"
    ),
    "Vietnamese": (
        "Cô ấy điều hành một tiệm bánh nhỏ có ba lò nướng. Mùa đông năm ngoái cô chỉ biết về giá điện mới qua hóa đơn,"
        " hai tháng sau khi giá đã thay đổi. Cô mất khoảng chín trăm euro và không nướng bánh vào ban đêm nữa. Từ đó cô"
        " xem trang web của nhà cung cấp vào mỗi thứ hai, nhưng thường hay quên. Cô sẵn sàng trả tiền cho một tin nhắn"
        " trên điện thoại báo cho cô đủ sớm để thay đổi kế hoạch trong tuần."
    ),
}

ARTICLE = {
    "English": (
        "All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience"
        " and should act towards one another in a spirit of brotherhood."
    ),
    "German": (
        "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen begabt"
        " und sollen einander im Geist der Brüderlichkeit begegnen."
    ),
    "Chinese": "人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心,并应以兄弟关系的精神互相对待。",
    "Japanese": (
        "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。"
        "人間は、理性と良心とを授けられており、互いに同胞の精神をもって行動しなければならない。"
    ),
    "Korean": (
        "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 인간은 천부적으로 이성과 양심을"
        " 부여받았으며 서로 형제애의 정신으로 행동하여야 한다."
    ),
    "Thai": (
        "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ ต่างมีเหตุผลและมโนธรรม"
        " และควรปฏิบัติต่อกันด้วยเจตนารมณ์แห่งภราดรภาพ"
    ),
    "Arabic": (
        "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق. وقد وهبوا عقلا وضميرا وعليهم أن يعامل بعضهم بعضا بروح"
        " الإخاء."
    ),
    "Hindi": (
        "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है। उन्हें बुद्धि और अन्तरात्मा की देन प्राप्त"
        " है और परस्पर उन्हें भाईचारे के भाव से बर्ताव करना चाहिए।"
    ),
    "Vietnamese": (
        "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi. Mọi con người đều được tạo"
        " hóa ban cho lý trí và lương tâm và cần phải đối xử với nhau trong tình bằng hữu."
    ),
}
