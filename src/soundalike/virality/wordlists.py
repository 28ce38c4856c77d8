"""Everyday words by kind and language, as far as a reader would agree on them.

Short enough that each list can be checked by eye. Entries are in lower case and parted by spaces; `_` stands for a
space within one.
"""

from collections.abc import Mapping
from typing import Final

LISTS: Final[Mapping[str, Mapping[str, str]]] = {
    "first_person": {
        "en": "i me my mine myself i'm i've i'll i'd im ive",
        "es": "yo me mí mi mis conmigo",
        "zh": "我 我觉得 本人",
        "ja": "私 僕 俺 自分 わたし",
        "ko": "나는 내가 나도 나를 저는 제가 저도 내_ 제_ 난_",
    },
    "second_person": {
        "en": "you your yours yourself you're you've you'll you'd u ur",
        "es": "tú tu tus te ti usted ustedes contigo vosotros vuestro vuestra",
        "zh": "你 您 妳 大家",
        "ja": "あなた 皆さん みなさん 君は 君の みんな",
        "ko": "당신 너_ 너는 너의 네가 니가 여러분 너희",
    },
    "third_person": {
        "en": "he she they him her them his hers their theirs he's she's they're they've they'll he'll she'll",
        "es": "él ella ellos ellas le les suyo suya",
        "zh": "他 她 它",
        "ja": "彼 あの人",
        "ko": "그는 그가 그의 그녀 그들 그분 그를",
    },
    "we": {
        "en": "we us our ours ourselves let's we're we've we'll we'd",
        "es": "nosotros nosotras nos nuestro nuestra nuestros nuestras vamos",
        "zh": "我们 我們 咱们 咱",
        "ja": "私たち 私達 我々 僕ら 僕たち",
        "ko": "우리 저희",
    },
    "kin": {
        "en": "mom mum mother dad father wife husband son daughter kid kids child children baby brother sister "
        "family parents friend friends grandma grandpa grandmother grandfather girlfriend boyfriend",
        "es": "mamá madre papá padre esposa esposo mujer marido hijo hija hijos niños hermano hermana familia "
        "amigo amiga amigos",
        "zh": "妈妈 爸爸 父母 父亲 母亲 老婆 老公 妻子 丈夫 儿子 女儿 孩子 小孩 家人 朋友 媳妇 哥们",
        "ja": "母 父 妻 旦那 嫁 息子 娘 子供 子ども 家族 友達 友人 兄 姉",
        "ko": "엄마 아빠 어머니 아버지 아내 남편 아들 딸_ 딸이 아이들 가족 친구 부모",
    },
    "negation": {
        "en": "no not never nobody nothing none without stop cannot nor neither don't doesn't didn't can't won't "
        "isn't aren't wasn't weren't shouldn't couldn't wouldn't ain't haven't hasn't hadn't mustn't dont cant "
        "wont",
        "es": "no nunca nada nadie ningún ninguna ninguno sin jamás tampoco ni",
        "zh": "不 没 沒 别 無法 无法 从来 未 勿",
        "ja": "ない ません なし ダメ だめ なかった ず、",
        "ko": "안_ 못 없 않 아니 절대 말라 마세요",
    },
    "negative": {
        "en": "bad worse worst wrong fail fails failed failing failure lose loses lost losing loser loss problem "
        "problems sad hate hates terrible horrible awful broke broken break fake dead death die dies died kill "
        "kills killed war crisis fear afraid pain painful hard mistake mistakes stupid dumb disaster weak hurt "
        "hurts attack attacks lie lies lying corrupt dangerous sick tragedy tragic shame unfair ugly angry cry "
        "crying sorry scam boring annoying waste hell evil murder victim victims poor suffer suffering threat "
        "worried worry",
        "es": "mal malo mala malos malas peor error errores miedo odio problema problemas triste crisis muerto "
        "muerte muertos dolor guerra fracaso horrible terrible mentira perder perdió culpa",
        "zh": "糟 差劲 失败 问题 错误 难受 垃圾 恶心 崩溃 后悔 可怕 焦虑 坑 死 烂 惨 痛苦 骗 难过 失望 烦",
        "ja": "悪い 失敗 問題 怖い 最悪 嫌 つらい 辛い 悲し 死 ひどい 残念 痛い 苦し",
        "ko": "나쁜 나쁘 실패 문제 최악 싫 슬프 슬픈 슬퍼 무섭 무서 죽 힘들 아프 아픈 망했 실수 걱정",
    },
    "positive": {
        "en": "good great love loved loves best better amazing awesome happy beautiful win wins winning winner "
        "won success successful proud nice fun excited exciting incredible wonderful perfect brilliant cool glad "
        "hope joy enjoy enjoyed favorite favourite thrilled honored honoured strong fantastic sweet smile lovely "
        "blessed congrats celebrate easy magic powerful delicious",
        "es": "bien buen bueno buena buenos buenas mejor mejores feliz felices gran grande amor increíble "
        "gracias genial éxito hermoso hermosa bonito perfecto maravilloso alegría ganar ganó orgullo",
        "zh": "喜欢 不错 厉害 优秀 牛逼 太好 最好 完美 开心 惊艳 强大 好用 推荐 爱 赞 棒 幸福 漂亮 成功 精彩 "
        "舒服",
        "ja": "良い いい 最高 嬉し 好き 素晴らし 楽し ありがとう 素敵 幸せ 成功 可愛い かわいい おめでとう",
        "ko": "좋 최고 사랑 행복 기쁘 기쁜 감사 멋진 멋지 대박 성공 예쁜 예쁘 재미 즐거 완벽 축하",
    },
    "arousal": {
        "en": "wow omg insane crazy wild shock shocked shocking huge massive incredible unbelievable breaking "
        "urgent war outrage outrageous furious explode explodes exploded exploding epic mindblowing mind-blowing "
        "terrifying disgrace disgraceful hell damn wtf lol lmao hilarious screaming obsessed dying holy "
        "mind_blown mind_blowing",
        "es": "urgente increíble loco loca brutal enorme guerra escándalo tremendo impresionante wow",
        "zh": "震惊 疯 炸 卧槽 我靠 惊 爆 绝了 离谱 紧急 重磅 哈哈 太牛 炸裂 逆天 吓",
        "ja": "すごい 凄い やばい ヤバ 驚 衝撃 緊急 びっくり 神回 神対応 鳥肌",
        "ko": "대박 미친 헐_ 충격 긴급 엄청 와_ 놀라 놀랍 소름 폭발",
    },
    "laughter": {
        "en": "lol lmao haha hahaha hahahaha rofl lmfao hehe 😂 🤣",
        "es": "jaja jajaja jajajaja jejeje lol 😂 🤣",
        "zh": "哈哈 笑死 嘿嘿 233 😂 🤣 🤡",
        "ja": "笑 ww 草_ 爆笑 😂 🤣",
        "ko": "ㅋㅋ ㅎㅎ 웃기 웃긴 웃겨 😂 🤣",
    },
    "coarse": {
        "en": "fuck fucking fucked fucker shit shitty bullshit damn goddamn ass asshole bitch crap hell wtf",
        "es": "mierda joder puta puto coño carajo cabrón pendejo",
        "zh": "卧槽 我靠 妈的 他妈 傻逼 操蛋 特么 牛逼 装逼 屎",
        "ja": "クソ くそ 畜生 ふざけ",
        "ko": "씨발 시발 존나 개새 젠장 지랄 병신",
    },
    "superlative": {
        "en": "best worst most least biggest greatest largest fastest first only ever always never every",
        "es": "mejor peor más mayor siempre nunca primer primero primera único única todas todos",
        "zh": "最 第一 唯一 永远 所有 从来 每个 史上",
        "ja": "最も 最高 最悪 最大 一番 必ず すべて 全て 唯一 常に 絶対",
        "ko": "가장 최고 최악 최대 항상 언제나 절대 모든 유일 제일",
    },
    "hedge": {
        "en": "maybe perhaps probably possibly seems seem might could likely guess apparently somewhat sometimes "
        "often usually kinda sorta arguably suppose imo imho i_think i_believe i_feel sort_of kind_of tend_to",
        "es": "quizás quizá tal_vez probablemente posiblemente parece creo podría puede supongo a_veces",
        "zh": "可能 也许 或许 大概 应该是 似乎 好像 感觉 我觉得 估计 左右 有点 个人认为",
        "ja": "かも たぶん 多分 おそらく らしい ようだ と思う 気がする みたい",
        "ko": "아마 혹시 듯 것_같 수도_있 생각합니다 생각해 어쩌면 느낌",
    },
    "certainty": {
        "en": "definitely certainly obviously clearly absolutely undoubtedly must totally completely literally "
        "truly really surely exactly fact proof proven guaranteed of_course no_doubt for_sure",
        "es": "definitivamente claramente obviamente absolutamente sin_duda seguro totalmente realmente debe "
        "claro",
        "zh": "一定 肯定 绝对 必须 显然 毫无疑问 确实 真的 完全 当然 事实",
        "ja": "絶対 必ず 間違いなく 確か 本当 明らか もちろん まさに 完全に",
        "ko": "확실 분명 반드시 정말 진짜 당연 무조건 완전",
    },
    "question_word": {
        "en": "how why what when who where which what's who's how's how'd whose",
        "es": "cómo por_qué qué cuándo quién quiénes dónde cuál",
        "zh": "如何 怎么 怎样 为什么 为何 什么 谁 哪 啥 有没有",
        "ja": "なぜ どう 何 誰 いつ どこ どれ なんで どんな",
        "ko": "왜 어떻게 무엇 뭐 누가 언제 어디 어떤 누구",
    },
    "pointing": {
        "en": "this these here here's that those",
        "es": "este esta esto estos estas aquí ese esa eso",
        "zh": "这 这个 这里 这些 这是 那个 那些",
        "ja": "この これ ここ こちら こんな",
        "ko": "이_ 이것 이건 이게 여기 이런 그_",
    },
    "instruction": {
        "en": "stop start don't never always read watch try use learn remember look listen get make imagine "
        "think ask build write go keep take find give let avoid consider do be please check meet say tell",
        "es": "no deja mira lee prueba usa aprende recuerda escucha haz imagina piensa pregunta evita busca "
        "nunca",
        "zh": "别 不要 记住 试试 看看 请 千万 快 一定要 建议 想象 注意",
        "ja": "見て 聞いて 覚えて やめ 絶対 ぜひ ください 考えて 使って",
        "ko": "꼭_ 절대 잊지 보세요 보라 하지_마 기억 생각해 들어 읽어",
    },
    "advice": {
        "en": "should shouldn't must need_to have_to how_to tip tips learn lesson lessons advice rule rules "
        "steps guide trick tricks hack habit habits mistake mistakes",
        "es": "debes deberías hay_que cómo consejo consejos aprende lección lecciones regla reglas pasos guía "
        "truco",
        "zh": "应该 必须 建议 技巧 方法 教程 经验 干货 学会 指南 步骤 秘诀 攻略 心得",
        "ja": "べき コツ 方法 おすすめ 学び 学べ 学んだ ポイント 教訓 必要 手順 ガイド",
        "ko": "해야 방법 팁_ 추천 조언 배우 교훈 가이드 필요 비결 습관",
    },
    "curiosity": {
        "en": "secret secrets truth reveal reveals revealed hidden mystery surprising surprised surprise "
        "discover discovered turns_out here's_why this_is_why what_happened you_won't_believe no_one_tells "
        "nobody_tells nobody_talks most_people guess_what did_you_know",
        "es": "secreto secretos verdad revela oculto misterio sorpresa descubre sabías resulta_que la_mayoría",
        "zh": "秘密 真相 揭秘 原来 竟然 居然 没想到 发现 意外 你知道吗 大多数人 很多人 惊人",
        "ja": "秘密 真相 実は 知らない 意外 まさか 発見 驚きの 知ってい なんと",
        "ko": "비밀 진실 사실_ 알고_보니 의외 놀랍게 발견 몰랐 대부분",
    },
    "comparison": {
        "en": "than versus vs more less fewer better worse faster slower bigger smaller cheaper compared unlike",
        "es": "más menos mejor_que peor_que comparado versus vs",
        "zh": "比 更 不如 相比 对比 超过 一样 vs",
        "ja": "より 比べ もっと 違い 同じ vs",
        "ko": "보다 더_ 비교 차이 같은 처럼 vs",
    },
    "turn": {
        "en": "but yet however instead although though despite rather except unless",
        "es": "pero sino aunque sin_embargo mientras excepto",
        "zh": "但 却 然而 不过 反而 虽然 可是 只是",
        "ja": "しかし けど だが でも のに ただし 一方",
        "ko": "하지만 그러나 그런데 근데 반면 그래도 오히려",
    },
    "reason": {
        "en": "because since so_that therefore that's_why hence cause due reason reasons",
        "es": "porque por_eso ya_que así_que debido razón",
        "zh": "因为 所以 因此 于是 由于 原因 毕竟",
        "ja": "だから からです からこそ ので ため 理由 なので",
        "ko": "때문 그래서 따라서 그러니 이유 왜냐",
    },
    "now": {
        "en": "now today tonight tomorrow breaking just_in live this_morning this_week this_evening today's",
        "es": "hoy ahora mañana en_vivo última_hora esta_noche",
        "zh": "今天 现在 刚刚 今晚 明天 最新 今日 目前",
        "ja": "今日 今夜 明日 たった今 最新 今 本日 現在",
        "ko": "오늘 지금 방금 내일 최신 현재 이제",
    },
    "past": {
        "en": "yesterday ago last_week last_year last_month last_night once remember remembered used_to "
        "back_then throwback when_i years_ago",
        "es": "ayer hace_años anoche semana_pasada año_pasado recuerdo antes cuando_era",
        "zh": "昨天 昨晚 去年 以前 当年 之前 曾经 小时候 年前 那时候 上周 回忆",
        "ja": "昨日 昨夜 去年 以前 昔 年前 あの頃 思い出",
        "ko": "어제 작년 예전 지난 년_전 그때 옛날 했었",
    },
    "future": {
        "en": "will going_to gonna soon next coming upcoming future i'll we'll you'll they'll it'll won't "
        "tomorrow",
        "es": "pronto próximo próxima futuro mañana va_a vamos_a voy_a será",
        "zh": "将 未来 即将 马上 下周 明年 以后 接下来 明天",
        "ja": "これから 来週 来年 将来 未来 もうすぐ 近日 予定 明日",
        "ko": "곧_ 앞으로 미래 내년 다음 예정 내일 될_것",
    },
    "again": {
        "en": "again still also icymi reminder re-up repost another in_case_you_missed once_again as_i_said "
        "don't_forget",
        "es": "otra_vez de_nuevo todavía aún también recuerden recordatorio por_si_te_lo_perdiste",
        "zh": "又 再次 依然 仍然 还是 再发 重发 再说一遍 提醒",
        "ja": "また 再び まだ 再掲 再度 改めて",
        "ko": "다시 또_ 여전히 아직 재공유 한번_더",
    },
    "news": {
        "en": "breaking update exclusive alert developing just_in news report reports official confirmed "
        "announcement watch_live new_video",
        "es": "última_hora urgente exclusiva exclusivo noticia noticias oficial confirmado en_vivo alerta",
        "zh": "突发 快讯 最新 重磅 消息 官方 独家 新闻 刚刚",
        "ja": "速報 号外 最新 ニュース 公式 発表 独占 お知らせ",
        "ko": "속보 단독 공식 뉴스 발표 공지 소식",
    },
    "new": {
        "en": "new launch launched launching introducing announcing announce announced released release "
        "releasing shipped debut unveil unveiling first_look now_available",
        "es": "nuevo nueva nuevos nuevas lanzamiento lanzamos presentamos estreno anuncio",
        "zh": "新 发布 上线 推出 首发 开源 更新 上新",
        "ja": "新し 新作 発売 公開 リリース 発表 開始 新登場 新機能",
        "ko": "새로 새_ 신작 출시 공개 발표 신규 업데이트",
    },
    "offer": {
        "en": "free giveaway discount sale download deal bonus gift prize coupon available buy limited",
        "es": "gratis sorteo descuento oferta descarga regalo premio compra disponible",
        "zh": "免费 福利 抽奖 优惠 折扣 下载 送 礼物 限时 领取 白嫖",
        "ja": "無料 プレゼント 割引 セール ダウンロード 限定 当たる 配布",
        "ko": "무료 이벤트 할인 증정 선물 다운로드 한정 추첨",
    },
    "thanks": {
        "en": "thank thanks thank_you congrats congratulations welcome grateful honor honour honored honoured "
        "appreciate thx ty",
        "es": "gracias felicidades enhorabuena agradezco bienvenido bienvenidos",
        "zh": "谢谢 感谢 恭喜 祝贺 多谢 感恩 欢迎",
        "ja": "ありがとう 感謝 おめでとう ようこそ お礼",
        "ko": "감사 고맙 고마 축하 환영",
    },
    "please": {
        "en": "please pls plz kindly",
        "es": "por_favor porfa favor",
        "zh": "请 拜托 求助 跪求 求推荐 麻烦",
        "ja": "ください お願い 下さい どうか",
        "ko": "부탁 주세요 제발 해주세요",
    },
    "asks_share": {
        "en": "retweet retweets repost share spread pass_it_on please_rt plz_rt pls_rt rt_if rt_this rt_and "
        "rt_to rt_for tag_a_friend",
        "es": "rt_si da_rt dale_rt rt_por_favor retuitea retuit retwittea comparte comparten compartir difunde "
        "difundir difusión",
        "zh": "转发 分享 扩散 转给 转一下 求转 帮转",
        "ja": "拡散 リツイート シェア リポスト 広めて",
        "ko": "리트윗 알티 공유 퍼뜨려",
    },
    "ask_to_act": {
        "en": "retweet repost please_rt rt_if rt_this please share follow join watch read subscribe click vote "
        "reply comment try dm sign_up check_out tell_me let_me_know link_in_bio register bookmark listen",
        "es": "comparte sigue sígueme síguenos únete mira lee vota suscríbete comenta responde entra escucha",
        "zh": "转发 关注 点赞 欢迎 试试 评论 推荐 订阅 加入 链接 收藏 留言 私信 看看",
        "ja": "フォロー 拡散 リツイート ぜひ 登録 見て 読んで 参加 コメント いいね チェック",
        "ko": "팔로우 리트윗 구독 좋아요 댓글 참여 확인하 신청 클릭 읽어 보세요",
    },
    "thread": {
        "en": "thread 🧵",
        "es": "hilo abro_hilo 🧵",
        "zh": "长文 长推 以下是 一文 🧵",
        "ja": "スレッド 連投 以下 🧵",
        "ko": "스레드 타래 🧵",
    },
    "concrete": {
        "en": "house home car dog cat hand hands eye eyes face water door street phone book tree food coffee "
        "table window money road bed shoes shirt kitchen train plane bus sun rain snow river sea beach city "
        "school hospital office room box bottle cup bread meat fish bird horse baby boy girl man woman hair head "
        "heart blood gun fire stone gold paper pen picture photo camera screen computer laptop bike boat bridge "
        "garden flower",
        "es": "casa coche carro perro gato mano manos ojo ojos cara agua puerta calle teléfono libro árbol "
        "comida café mesa ventana dinero cama zapatos cocina tren avión sol lluvia nieve río mar playa ciudad "
        "escuela hospital",
        "zh": "房子 汽车 狗 猫 手机 眼睛 喝水 门口 街上 大树 吃饭 咖啡 桌子 窗 鞋 衣服 厨房 火车 飞机 太阳 下雨 "
        "下雪 大海 城市 学校 医院 办公室 电脑 屏幕 照片 相机",
        "ja": "自転車 犬 猫 ドア スマホ パソコン テレビ ご飯 コーヒー 机 窓 お金 靴 台所 電車 飛行機 太陽 雨 雪 "
        "学校 病院 写真",
        "ko": "집에 집을 집_ 차를 강아지 고양이 손_ 손을 눈을 얼굴 물을 문을 거리 전화 책_ 책을 책이 나무 밥 "
        "커피 책상 창문 돈 침대 신발 옷 기차 비행기 태양 바다 도시 학교 병원 사진 꽃",
    },
}  # fmt: skip
"""kind -> language -> entries, parted by spaces."""

INNOCENT: Final[Mapping[str, str]] = {
    "zh": "特别 区别 级别 分别 别人 类别 识别 性别 比如 比特 比例 比赛 申请 邀请 其他 其它 吉他 快乐 最近 最后 "
    "最终 未必",
    "ja": "少ない 危ない 必死 または 笑顔 どうぞ",
}
"""Words that only look as if an entry stood in them."""

COMMON: Final[Mapping[str, str]] = {
    "en": "the a an and or of to in on at by for from with about into over after before under up down out "
    "off as is are was were be been being am do does did doing done have has had having will would shall "
    "should can could may might no not so too very just even then there any both each few some such own same "
    "it its it's that this these those i get got getting go going goes gone went come comes came coming make "
    "makes made making take takes took taken say says said saying see saw seen seeing look looks looking "
    "know knows knew think thinks thought want wants wanted thing things way ways lot lots much many one two "
    "three day days time times year years well right every last if because through between against during "
    "until again also back only than when where while who whom how all other others more most my your our "
    "their his her let put give gave given keep kept work works big little long old man men people someone "
    "anyone everyone something anything everything yes yeah okay via amp per etc dont im thats that's "
    "there's what's isn't doesn't use used using need needs feel start started actually around another like "
    "already btw guys basically top open real still pretty bit hey next best better sure talk talking lets "
    "today world part left side end nice whole different full able help show shows read found find try "
    "trying tell told add call running simple simply literally highly",
    "es": "el la los las un una unos unas y o de del al en con por para que se su sus lo es son era fue ser "
    "estar está están hay ha han he muy ya si no como pero donde todo toda esto eso solo dos tres día días "
    "año años vez cosa cosas hacer hace tiene tener puede ver ir va bien gente",
    "zh": "可以 时候 现在 知道 已经 今天 昨天 明天 之前 之后 以后 然后 后面 前面 自己 直接 比较 看到 出来 "
    "起来 开始 下来 下去 一些 一个 一下 一点 一样 一直 一起 两个 三个 很多 多少 不少 大家 大概 大部分 小时 "
    "分钟 每天 每次 今年 去年 只能 只有 只要 只是 可能 能够 不能 应该 需要 需求 感觉 时间 问题 东西 事情 "
    "方面 情况 内容 部分 地方 使用 用户 通过 进行 以及 非常 特别 其实 当然 真正 基本 完全 直到 甚至 尤其 "
    "终于 突然 目前 好像 好的 人家 有人 别人 年前 天天",
    "ja": "今日 明日 昨日 自分 今回 今年 時間 場合 本当 一番 最近 必要 感じ 以上 以下 現在 場所 人間 全部 "
    "意味 方法 皆様 結果",
    "ko": "그리고 그런데 하지만 그래서 정말 진짜 너무 아주 많이 오늘 내일 지금 우리 이것 저것 그것 이런 그런 "
    "저런 하는 있는 없는 있다 없다 하고 해서 합니다 입니다 사람 때문 대한 위해 것이 것은 것을 같은",
}
"""Words too common to be a topic."""

PARTICLES: Final = (
    "的了是在和就也都要会到说去还个们吗呢吧啊么什怎很太被把给让从对于与及但而或因为所如果这那有没不我你他她它"
    "上里过着得之其又再更最想觉己样些"
)
"""The Chinese characters of which no topic is made."""
