"""What nine villages around Liuzhou could offer in a year: English and Chinese name, village, pack, price, season.

Packs: `jin` weighed, by the jin; `~700` one of about 700 g, weighed; `g500` `kg2.5` `ml500` `l5` filled; `p10` pieces;
`bunch` of about 250 g; `+2` a deposit of 2 yuan; a second pack after `/` costs a little less for its contents.
Prices in yuan per jin where weighed, else per first pack. No word of certificates: nobody here has one.
"""

GOODS: dict[str, str] = {
    "Leafy greens": """
Pak choi|小白菜|Daxin|jin|4.20|all year
Flowering cabbage|菜心|Daxin|jin|4.80|October to April
Water spinach|空心菜|Daxin|jin|3.80|April to October
Mustard greens|芥菜|Luzhai|jin|3.20|November to March
Chinese cabbage|大白菜|Luzhai|~1500|2.60|October to February
Round cabbage|包菜|Luzhai|~1200|2.80|November to April
Sweet potato leaves|红薯叶|Daxin|jin|3.60|May to October
Spinach|菠菜|Liucheng|jin|5.20|November to March
Lettuce, leafy|生菜|Daxin|jin|4.60|October to April
Stem lettuce|莴笋|Liucheng|~500|3.80|December to April
Romaine lettuce|油麦菜|Liucheng|jin|4.60|October to May
Crown daisy|茼蒿|Daxin|jin|5.60|November to March
Amaranth, red|红苋菜|Daxin|jin|4.20|April to September
Amaranth, green|绿苋菜|Xiangzhou|jin|4.20|April to September
Malabar spinach|木耳菜|Xiangzhou|jin|4.40|May to October
Watercress|西洋菜|Rongshui|jin|5.00|October to May
Pea shoots|豌豆苗|Liucheng|jin|8.80|November to March
Chinese kale|芥蓝|Daxin|jin|5.40|October to April
Rape shoots|油菜薹|Xiangzhou|jin|4.60|January to March
Red rape shoots|红菜薹|Xiangzhou|jin|5.20|December to March
Pumpkin shoots|南瓜苗|Luzhai|jin|5.60|April to July
Chayote shoots|龙须菜|Rongshui|jin|6.20|April to October
Goji leaves|枸杞叶|Wuxuan|jin|6.80|November to April
Celery|芹菜|Liucheng|jin|4.40|October to April
Chinese chives|韭菜|Wuxuan|bunch|2.60|March to November
Yellow chives|韭黄|Wuxuan|bunch|4.80|November to February
Purslane|马齿苋|Xincheng|jin|4.80|May to August
Fern tips|蕨菜|Rongshui|jin|9.80|March to May
Houttuynia shoots|鱼腥草|Rongshui|jin|7.60|March to October
Wild greens of the hills|山野菜|Sanjiang|g250|6.80|March to October
""",
    "Roots and bulbs": """
Lotus root|莲藕|Liucheng|~700|7.60|August to March
White radish|白萝卜|Daxin|~800|2.60|October to March
Carrots|胡萝卜|Daxin|jin|3.60|November to April
Taro from Lipu seed|芋头|Luzhai|~900|5.80|September to January
Small taro|芋仔|Luzhai|jin|4.60|September to February
Yam|淮山|Wuxuan|~800|7.80|October to February
Purple yam|紫淮山|Wuxuan|~800|8.60|October to February
Sweet potatoes, yellow|黄心红薯|Xincheng|jin/kg5|3.20|September to February
Sweet potatoes, purple|紫薯|Xincheng|jin|4.20|September to February
Potatoes|土豆|Xincheng|jin/kg5|3.20|February to May
Ginger, old|老姜|Xiangzhou|jin|9.60|all year
Ginger, young|子姜|Xiangzhou|jin|8.80|June to September
Garlic|大蒜|Xincheng|g500|8.80|all year
Garlic sprouts|蒜苗|Daxin|bunch|3.20|November to March
Spring onions|小葱|Daxin|bunch|2.20|all year
Shallots|红葱头|Xiangzhou|g500|9.20|all year
Onions|洋葱|Xincheng|jin|3.20|April to October
Water chestnuts|马蹄|Luzhai|jin|6.20|November to March
Arrowhead|慈姑|Liucheng|jin|6.80|December to February
Kudzu root|葛根|Wuxuan|~1000|6.60|November to February
Radish seedlings|萝卜苗|Daxin|bunch|2.20|October to March
""",
    "Fruit vegetables and beans": """
Tomatoes|西红柿|Daxin|jin|5.80|October to May
Cherry tomatoes|小番茄|Liucheng|g500|8.60|November to April
Cucumber|黄瓜|Daxin|jin|4.60|March to November
Bitter melon|苦瓜|Daxin|jin|5.60|May to October
Luffa|丝瓜|Daxin|jin|4.80|May to October
Winter melon|冬瓜|Luzhai|~2500|2.20|June to November
Pumpkin|南瓜|Luzhai|~1800|2.80|July to December
Honey pumpkin|蜜本南瓜|Xincheng|~1500|3.40|July to December
Bottle gourd|葫芦瓜|Xiangzhou|~800|4.20|May to September
Chayote|佛手瓜|Rongshui|jin|3.20|August to December
Eggplant, long|茄子|Daxin|jin|4.60|April to November
Green peppers|青椒|Xiangzhou|jin|5.80|April to November
Hot peppers|辣椒|Xincheng|g250|4.60|May to November
Long beans|豆角|Daxin|jin|5.80|May to October
Green beans|四季豆|Liucheng|jin|6.20|March to June
Edamame|毛豆|Xiangzhou|jin|5.80|May to September
Peas in the pod|豌豆|Liucheng|jin|8.60|December to March
Snow peas|荷兰豆|Liucheng|jin|9.60|December to March
Broad beans|蚕豆|Liucheng|jin|7.20|February to April
Peanuts, fresh|鲜花生|Xincheng|jin|6.80|June to September
Sweet corn|甜玉米|Wuxuan|p4|9.80|May to November
Waxy corn|糯玉米|Wuxuan|p4|9.20|May to November
Okra|秋葵|Wuxuan|g250|4.80|May to October
Cauliflower|花菜|Liucheng|~900|4.60|November to March
Broccoli|西兰花|Liucheng|~500|6.20|November to March
Sponge gourd, ridged|八角瓜|Xiangzhou|jin|4.80|May to September
""",
    "Herbs and spices": """
Coriander|香菜|Daxin|bunch|3.20|October to April
Mint|薄荷|Daxin|bunch|2.80|all year
Perilla|紫苏|Rongshui|bunch|2.80|April to October
Thai basil|九层塔|Daxin|bunch|2.80|April to November
Sawtooth herb|刺芹|Wuxuan|bunch|2.80|all year
Dill|茴香|Liucheng|bunch|2.80|November to April
Sand ginger|沙姜|Xiangzhou|g250|6.80|all year
Turmeric|姜黄|Xiangzhou|g250|5.80|November to March
Star anise|八角|Xiangzhou|g100|9.60|all year
Cassia bark|桂皮|Xiangzhou|g100|6.80|all year
Dried chilli|干辣椒|Xincheng|g100|6.20|all year
Chilli flakes|辣椒粉|Xincheng|g100|7.20|all year
Dried tangerine peel|陈皮|Rong'an|g100|18.00|all year
Dried perilla|干紫苏|Rongshui|g50|5.60|all year
Luo han guo, dried|罗汉果|Rong'an|p6|16.80|all year
Osmanthus, dried|干桂花|Luzhai|g50|16.00|all year
Goji berries|枸杞|Wuxuan|g250|22.00|all year
Mountain pepper seeds|山苍子|Sanjiang|g100|12.80|July to September
Lemongrass|香茅|Rong'an|bunch|3.20|all year
""",
    "Mushrooms and bamboo": """
Oyster mushrooms|平菇|Luzhai|jin|7.20|October to May
King oyster mushrooms|杏鲍菇|Luzhai|jin|8.60|all year
Shiitake, fresh|鲜香菇|Rongshui|g500|9.80|October to April
Shiitake, dried|干香菇|Rongshui|g250|38.00|all year
Wood ear, fresh|鲜木耳|Rongshui|g250|5.80|April to October
Wood ear, dried|干木耳|Rongshui|g100|16.80|all year
White fungus, dried|银耳|Rongshui|g100|18.00|all year
Straw mushrooms|草菇|Luzhai|jin|14.80|May to September
Tea tree mushrooms, dried|茶树菇|Luzhai|g250|32.00|all year
Bamboo shoots, spring|春笋|Rongshui|~800|6.80|March to April
Bamboo shoots, sweet|甜笋|Rong'an|~700|6.20|May to July
Bamboo shoots, winter|冬笋|Rongshui|jin|16.80|December to February
Bamboo shoots, sour|酸笋|Liucheng|g500|7.80|all year
Bamboo shoots, dried|笋干|Rong'an|g250|26.00|all year
Bamboo fungus, dried|竹荪|Rongshui|g50|36.00|all year
Bamboo shoots, bitter|苦笋|Rong'an|~600|5.80|April to June
Bamboo shoots in water|清水笋|Rong'an|g500|9.80|all year
Lion's mane|猴头菇|Sanjiang|g250|16.80|October to April
""",
    "Fruit and nuts": """
Mandarins of Liucheng|柳城蜜桔|Liucheng|jin/kg5|5.60|November to January
Kumquats|金桔|Rong'an|g500/kg2.5|12.80|November to March
Kumquats, slippery skin|滑皮金桔|Rong'an|g500|18.80|December to March
Shatang mandarins|砂糖橘|Liucheng|jin/kg5|6.20|December to February
Navel oranges|脐橙|Rong'an|jin/kg5|6.80|November to February
Pomelo|沙田柚|Rong'an|~1200|6.60|October to January
Honey pomelo|蜜柚|Rong'an|~1300|5.60|September to December
Lemons|柠檬|Liucheng|jin|7.20|September to January
Bananas|香蕉|Wuxuan|jin|4.20|all year
Plantain bananas|大蕉|Wuxuan|jin|3.80|all year
Papaya|木瓜|Wuxuan|~1100|4.60|August to December
Mango|芒果|Wuxuan|jin|8.60|June to August
Lychees|荔枝|Wuxuan|jin|12.80|June
Longan|龙眼|Wuxuan|jin|9.80|July to August
Guava|番石榴|Xiangzhou|jin|5.80|August to December
Passion fruit|百香果|Luzhai|p10|12.80|July to December
Dragon fruit|火龙果|Wuxuan|jin|7.80|June to November
Grapes, wild hill|野葡萄|Rongshui|g500|12.80|August to September
Plums|三华李|Luzhai|jin|7.80|May to June
Peaches|桃子|Xincheng|jin|7.20|June to July
Pears|雪梨|Liucheng|jin|5.20|July to September
Persimmons|柿子|Luzhai|jin|5.20|September to November
Bayberries|杨梅|Rongshui|g500|16.80|May to June
Loquats|枇杷|Rong'an|g500|14.80|March to May
Strawberries|草莓|Liucheng|g250|14.80|December to April
Sugar cane, peeled|黑皮甘蔗|Liucheng|kg1|5.60|November to March
Chestnuts|板栗|Rongshui|jin|9.80|September to November
Peanuts, dried in the shell|带壳花生|Xincheng|g500|9.80|all year
Walnuts|核桃|Rongshui|g500|22.00|all year
Persimmons, dried|柿饼|Luzhai|g500|19.80|November to March
Kumquats, dried|金桔干|Rong'an|g250|24.00|all year
Blood oranges|血橙|Rong'an|jin|8.60|January to March
Tangerines, early|早蜜桔|Rong'an|jin|4.80|September to October
Kiwi of the hills|野生猕猴桃|Sanjiang|jin|9.80|September to October
""",
    "Rice and grain": """
Purple glutinous rice|融水紫黑糯米|Rongshui|kg1/kg5|18.80|all year
Fragrant glutinous rice|香糯米|Sanjiang|kg1/kg5|13.80|all year
Terrace rice, white|梯田大米|Rongshui|kg2.5/kg10|32.00|all year
Terrace rice, brown|糙米|Rongshui|kg1/kg5|13.60|all year
Red rice|红米|Sanjiang|kg1/kg5|15.80|all year
Carp field rice|稻花鱼米|Sanjiang|kg2.5/kg10|42.00|all year
Silk rice|丝苗米|Xiangzhou|kg5/kg25|46.00|all year
Old seed rice|老种大米|Xiangzhou|kg5|58.00|all year
Rice flour|粘米粉|Xiangzhou|kg1|9.80|all year
Glutinous rice flour|糯米粉|Xiangzhou|kg1|11.80|all year
Broken rice|碎米|Xiangzhou|kg5|24.00|all year
Corn grits|玉米碴|Xincheng|kg1|8.80|all year
Corn flour|玉米粉|Xincheng|kg1|8.60|all year
Millet|小米|Xincheng|kg1|15.80|all year
Sorghum|高粱|Xincheng|kg1|10.80|all year
Buckwheat|荞麦|Xincheng|kg1|13.80|all year
Job's tears|薏米|Luzhai|g500|14.80|all year
Duck feet millet|鸭脚粟|Xincheng|g500|12.80|all year
Peanuts, shelled|花生米|Xincheng|g500/kg2.5|10.80|all year
Black sesame|黑芝麻|Xincheng|g250|12.80|all year
Red glutinous rice|红糯米|Sanjiang|kg1|16.80|all year
""",
    "Eggs": """
Hill eggs|土鸡蛋|Sanjiang|p10/p30|18.00|all year
Eggs of young hens|初生蛋|Sanjiang|p10|20.00|all year
Green shell eggs|绿壳蛋|Rongshui|p10|22.00|all year
Duck eggs|鸭蛋|Liucheng|p10|19.80|all year
Salted duck eggs|咸鸭蛋|Liucheng|p6|15.80|all year
Century eggs|皮蛋|Liucheng|p6|15.80|all year
Goose eggs|鹅蛋|Xiangzhou|p2|13.60|February to May
Quail eggs|鹌鹑蛋|Luzhai|p20|13.80|all year
""",
    "Tofu and beans": """
Tofu, firm|老豆腐|Daxin|p2|7.20|all year
Tofu, soft|嫩豆腐|Daxin|p2|6.60|all year
Tofu, fried|油豆腐|Daxin|g250|7.80|all year
Tofu skin, fresh|鲜腐皮|Daxin|g250|9.80|all year
Tofu sticks, dried|腐竹|Xiangzhou|g500|22.00|all year
Tofu, smoked|烟熏豆腐|Rongshui|p2|9.60|all year
Soy milk|豆浆|Daxin|l1+2|7.80|all year
Soybeans|黄豆|Xincheng|kg1|13.80|all year
Black soybeans|黑豆|Xincheng|kg1|16.80|all year
Mung beans|绿豆|Wuxuan|kg1|15.80|all year
Red beans|红豆|Wuxuan|kg1|16.80|all year
Rice beans|饭豆|Xincheng|kg1|14.80|all year
Bean sprouts, soy|黄豆芽|Daxin|g500|3.80|all year
Bean sprouts, mung|绿豆芽|Daxin|g500|3.60|all year
Fermented black beans|豆豉|Luzhai|g250|9.80|all year
Tofu pudding|豆花|Daxin|g500|5.80|all year
""",
    "Meat and poultry": """
Pork belly|五花肉|Wuxuan|~600|26.00|all year
Pork loin|里脊肉|Wuxuan|~500|28.00|all year
Pork ribs|排骨|Wuxuan|~700|36.00|all year
Pork leg|猪腿肉|Wuxuan|~800|23.00|all year
Pork trotters|猪脚|Wuxuan|~900|24.00|all year
Minced pork|肉末|Wuxuan|g500|26.00|all year
Pork bones|筒骨|Wuxuan|~1000|18.00|all year
Pork lard|板油|Wuxuan|jin|14.00|all year
Black pig belly|黑猪五花肉|Rongshui|~600|38.00|October to February
Cured pork|腊肉|Rongshui|~500|48.00|December to March
Cured sausage|腊肠|Rongshui|g500|46.00|December to March
Free-range hen|走地母鸡|Sanjiang|~1400|32.00|all year
Free-range cock|走地公鸡|Sanjiang|~1600|28.00|all year
Capon|阉鸡|Xiangzhou|~2200|34.00|December to February
Duck|土鸭|Liucheng|~1500|22.00|all year
Goose|土鹅|Xiangzhou|~3000|26.00|September to February
Beef shank|牛腱|Xincheng|~700|52.00|all year
Beef for stew|牛腩|Xincheng|~600|46.00|all year
Goat|山羊肉|Xincheng|~800|48.00|October to March
Muscovy duck|番鸭|Rong'an|~2000|26.00|all year
Sour pork in the jar|侗家酸肉|Sanjiang|g350+1|42.00|all year
""",
    "Fish": """
Rice field carp|稻田鲤鱼|Sanjiang|~450|24.00|August to October
Grass carp|草鱼|Liucheng|~1500|12.80|all year
Bighead carp, head|大头鱼头|Liucheng|~900|13.80|all year
Crucian carp|鲫鱼|Liucheng|~350|13.80|all year
Tilapia|罗非鱼|Liucheng|~700|9.80|all year
Sour fish in the jar|侗家酸鱼|Sanjiang|g350+1|38.00|all year
River snails|田螺|Liucheng|jin|8.80|May to October
Dried small fish|小鱼干|Luzhai|g250|24.00|all year
Loach|泥鳅|Sanjiang|jin|22.00|May to October
""",
    "Oil, sauces and pickles": """
Camellia oil of Sanjiang|三江茶油|Sanjiang|ml500+2/l5+5|68.00|all year
Peanut oil, pressed|土榨花生油|Xincheng|l1+2/l5+5|42.00|all year
Rapeseed oil|菜籽油|Xiangzhou|l1+2/l5+5|28.00|all year
Lard, rendered|猪油|Wuxuan|g350+1|18.80|all year
Fermented tofu|豆腐乳|Daxin|g350+1|13.80|all year
Fermented tofu, spicy|香辣豆腐乳|Daxin|g350+1|14.80|all year
Chilli sauce with garlic|蒜蓉辣椒酱|Xincheng|g350+1|13.80|all year
Chilli sauce with yellow peppers|黄灯笼辣椒酱|Xincheng|g350+1|15.80|all year
Soy sauce|土酱油|Luzhai|ml500+1|16.80|all year
Rice vinegar|米醋|Luzhai|ml500+1|11.80|all year
Pickled mustard greens|酸菜|Luzhai|g500|6.80|all year
Pickled radish|酸萝卜|Daxin|g500|6.80|all year
Pickled long beans|酸豆角|Daxin|g500|7.80|all year
Pickled ginger|酸姜|Xiangzhou|g350+1|11.80|all year
Pickled papaya|酸木瓜|Wuxuan|g350+1|10.80|all year
Dried radish|萝卜干|Xincheng|g250|8.80|all year
Dried plums, salted|酸梅|Luzhai|g250|9.80|all year
Sesame paste|芝麻酱|Xincheng|g350+1|22.00|all year
Peanut butter|花生酱|Xincheng|g350+1|18.80|all year
""",
    "Honey and sweets": """
Wild flower honey|百花蜜|Rongshui|g500+1|58.00|all year
Lychee flower honey|荔枝蜜|Wuxuan|g500+1|48.00|May to December
Winter honey of the duck foot tree|鸭脚木冬蜜|Rongshui|g500+1|78.00|December to June
Bamboo forest honey|竹林蜜|Rong'an|g500+1|52.00|all year
Brown sugar|土红糖|Xincheng|g500|11.80|all year
Ginger brown sugar|姜汁红糖|Xincheng|g250|12.80|all year
Kumquat marmalade|金桔酱|Rong'an|g350+1|22.00|all year
Luo han guo syrup|罗汉果糖浆|Rong'an|ml250+1|24.00|all year
Peanut brittle|花生糖|Xincheng|g250|11.80|all year
Sesame brittle|芝麻糖|Xincheng|g250|12.80|all year
Candied winter melon|冬瓜糖|Luzhai|g250|9.80|all year
""",
    "Tea and drinks": """
Sanjiang spring tea, green|三江春茶|Sanjiang|g100/g250|48.00|March to December
Sanjiang tea, black|三江红茶|Sanjiang|g100/g250|42.00|all year
Oil tea leaves|打油茶叶|Sanjiang|g250|28.00|all year
Oil tea, ready mixed|油茶料包|Sanjiang|p5|24.00|all year
Liubao tea, dark|六堡茶|Luzhai|g250|58.00|all year
Jasmine tea|茉莉花茶|Luzhai|g100|26.00|all year
White tea|白茶|Rongshui|g100|52.00|all year
Bitter tea, hill|苦丁茶|Xincheng|g100|18.00|all year
Luo han guo tea|罗汉果茶|Rong'an|p10|18.80|all year
Kumquat tea|金桔茶|Rong'an|g350+1|26.00|all year
Chrysanthemum tea|菊花茶|Wuxuan|g50|14.80|all year
Buckwheat tea|荞麦茶|Xincheng|g250|18.80|all year
Persimmon leaf tea|柿叶茶|Rong'an|g100|16.80|all year
Oil tea rice puffs|油茶米花|Sanjiang|g250|12.80|all year
Rice wine, sweet|甜米酒|Sanjiang|ml500+2|18.80|all year
Rice wine, double steamed|双蒸米酒|Sanjiang|ml500+2|26.00|all year
Purple rice wine|紫米酒|Rongshui|ml500+2|32.00|all year
Plum wine|青梅酒|Luzhai|ml500+2|36.00|all year
Lemon juice, pressed|柠檬汁|Liucheng|ml500+2|15.80|September to January
Sugar cane juice|甘蔗汁|Liucheng|ml500+2|9.80|November to March
""",
    "Noodles and baking": """
Rice noodles, dried|干米粉|Liucheng|kg1|13.80|all year
Rice noodles, fresh|鲜切粉|Liucheng|g500|4.60|all year
Snail noodle set|螺蛳粉料包|Liucheng|p3|36.00|all year
Cassava noodles|木薯粉丝|Wuxuan|g500|10.80|all year
Sweet potato noodles|红薯粉丝|Xincheng|g500|11.80|all year
Corn noodles|玉米面条|Xincheng|g500|8.80|all year
Steamed buns, plain|馒头|Daxin|p6|7.80|all year
Steamed buns with greens|菜包|Daxin|p6|10.80|all year
Rice cakes|年糕|Sanjiang|g500|11.80|November to February
Five-coloured sticky rice|五色糯米饭|Rongshui|g500|14.80|March to April
Zongzi with pork|肉粽|Xiangzhou|p4|24.00|all year
Zongzi, plain|凉粽|Xiangzhou|p4|14.80|May to July
Mugwort cakes|艾糍|Xiangzhou|p6|15.80|March to May
Taro cakes|芋头糕|Luzhai|g500|12.80|all year
""",
    "House and garden": """
Bamboo basket|竹篮|Rong'an|p1|38.00|all year
Bamboo steamer|竹蒸笼|Rong'an|p1|45.00|all year
Bamboo chopsticks|竹筷|Rong'an|p10|16.80|all year
Loofah sponge|丝瓜络|Daxin|p3|9.80|all year
Camellia seed soap|茶籽皂|Sanjiang|p2|22.00|all year
Camellia seed powder for dishes|茶籽粉|Sanjiang|g500|9.80|all year
Seedlings of greens|菜苗|Daxin|p12|6.80|September to April
Rice straw, chopped|稻草|Xiangzhou|kg5|9.80|October to March
Compost|堆肥|Luzhai|kg10|18.00|all year
Worm compost|蚯蚓肥|Luzhai|kg5|19.80|all year
Handwoven cloth|侗布|Sanjiang|p1|88.00|all year
Indigo dye scarf|蓝靛围巾|Rongshui|p1|98.00|all year
Broom of sorghum|高粱扫把|Xincheng|p1|18.80|all year
""",
}
