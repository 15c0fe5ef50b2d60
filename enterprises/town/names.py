"""Names that sound like firms and people and belong to nobody."""

import numpy as np
import numpy.typing as npt

FIRST = "恒瑞鑫博宏盛华远中创天信金泰安德永嘉兴润昌隆佳明众联启航智汇卓越力诚凯源万科优立汉"
SECOND = "达丰通源盛泰信和美图创诺维康腾飞宇翔锐新辰阳晟凌欣悦正合志远光晖林川海江峰云帆"
WORK = {
    "A": "生态农业",
    "B": "矿业",
    "C": "科技制造",
    "D": "能源",
    "E": "建设工程",
    "F": "商贸",
    "G": "物流",
    "H": "餐饮管理",
    "I": "信息技术",
    "J": "投资咨询",
    "K": "置业",
    "L": "企业服务",
    "M": "技术服务",
    "N": "环境工程",
    "O": "生活服务",
    "P": "教育咨询",
    "Q": "健康服务",
    "R": "文化传媒",
    "S": "社会服务",
    "T": "服务",
}
ENDING = {"individual_business": "经营部", "farmers_cooperative": "专业合作社", "social_service_org": "服务中心"}
FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "子若一宇梓欣思雨佳明文静晓建国志强丽娟敏杰涛磊军洋勇艳霞秀英华慧巧美娜芳燕玲桂丹萍鹏浩亮"


def enterprise_names(
    numbers: npt.NDArray[np.int64], sections: npt.NDArray[np.str_], kinds: npt.NDArray[np.str_]
) -> list[str]:
    """芜湖 + a made-up word of three characters + line of business + legal form."""
    mixed = (numbers * 7919 + 104729) % (len(FIRST) * len(SECOND) * len(FIRST))
    words = []
    for mix, section, kind in zip(mixed.tolist(), sections.tolist(), kinds.tolist(), strict=True):
        first, rest = mix % len(FIRST), mix // len(FIRST)
        word = FIRST[first] + SECOND[rest % len(SECOND)] + FIRST[rest // len(SECOND)]
        words.append(f"芜湖{word}{WORK[section]}{ENDING.get(kind, '有限公司')}")
    return words


def person_names(numbers: npt.NDArray[np.int64]) -> list[str]:
    mixed = numbers * 6151 + 13
    return [
        FAMILY[mix % len(FAMILY)] + GIVEN[mix // 41 % len(GIVEN)] + GIVEN[mix // 1997 % len(GIVEN)]
        for mix in mixed.tolist()
    ]
