"""English words usual in Korean calls and offices, with their Hangul spelling.

Loan words by the spelling rules of the National Institute of Korean Language (외래어 표기법, with the examples of
표준국어대사전), names of firms and products as they call themselves in Korea.
"""

from __future__ import annotations

from kowhisper_tel.korean.verbalise.rule import words

_TABLE = """
service 서비스  services 서비스  center 센터  centre 센터  call 콜  callcenter 콜센터  email 이메일  mail 메일
gmail 지메일  hotmail 핫메일  kakao 카카오  kakaotalk 카카오톡  kakaopay 카카오페이  kakaobank 카카오뱅크  talk 톡
samsung 삼성  google 구글  netflix 넷플릭스  naver 네이버  youtube 유튜브  facebook 페이스북  instagram 인스타그램
insta 인스타  twitter 트위터  tiktok 틱톡  telegram 텔레그램  zoom 줌  line 라인  daum 다음  nate 네이트  yahoo 야후
coupang 쿠팡  toss 토스  payco 페이코  amazon 아마존  apple 애플  microsoft 마이크로소프트  windows 윈도
window 윈도  office 오피스  excel 엑셀  word 워드  powerpoint 파워포인트  adobe 어도비  photoshop 포토샵
chrome 크롬  safari 사파리  explorer 익스플로러  edge 에지  android 안드로이드  iphone 아이폰  ipad 아이패드
imac 아이맥  mac 맥  macbook 맥북  airpods 에어팟  airpod 에어팟  galaxy 갤럭시  note 노트  fold 폴드  flip 플립
buds 버즈  watch 워치  tesla 테슬라  hyundai 현대  kia 기아  genesis 제네시스  nike 나이키  adidas 아디다스
starbucks 스타벅스  lotte 롯데  shinsegae 신세계  shinhan 신한  woori 우리  hana 하나  disney 디즈니  wavve 웨이브
tving 티빙  spotify 스포티파이  genie 지니  melon 멜론  bixby 빅스비  siri 시리  alexa 알렉사  nugu 누구
openai 오픈에이아이  chatgpt 챗지피티  gpt 지피티  whisper 위스퍼  intel 인텔  nvidia 엔비디아  sony 소니
nintendo 닌텐도  toyota 도요타  honda 혼다  bmw 비엠더블유  benz 벤츠  audi 아우디  volvo 볼보  uber 우버
airbnb 에어비앤비  paypal 페이팔  mastercard 마스터카드  visa 비자  amex 아멕스  korea 코리아  korean 코리안
seoul 서울  busan 부산  america 아메리카  china 차이나  japan 저팬  tokyo 도쿄  london 런던  york 요크  paris 파리
asia 아시아  europe 유럽  global 글로벌  world 월드  international 인터내셔널  app 앱  apps 앱스
application 애플리케이션  web 웹  website 웹사이트  site 사이트  page 페이지  homepage 홈페이지  home 홈
internet 인터넷  network 네트워크  net 넷  wifi 와이파이  online 온라인  offline 오프라인  on 온  off 오프
login 로그인  logout 로그아웃  log 로그  join 조인  sign 사인  signup 사인업  password 패스워드  pass 패스
passport 패스포트  code 코드  barcode 바코드  number 넘버  click 클릭  touch 터치  button 버튼  menu 메뉴
start 스타트  stop 스톱  end 엔드  exit 엑시트  enter 엔터  back 백  next 넥스트  yes 예스  no 노  ok 오케이
okay 오케이  cancel 캔슬  error 에러  fail 페일  success 석세스  loading 로딩  download 다운로드  upload 업로드
update 업데이트  upgrade 업그레이드  install 인스톨  setup 셋업  setting 세팅  settings 세팅  system 시스템
server 서버  cloud 클라우드  data 데이터  database 데이터베이스  file 파일  folder 폴더  backup 백업  reset 리셋
restart 리스타트  reboot 리부트  test 테스트  demo 데모  beta 베타  version 버전  ver 버전  vol 볼륨
computer 컴퓨터  laptop 랩톱  notebook 노트북  tablet 태블릿  phone 폰  smartphone 스마트폰  smart 스마트
mobile 모바일  cell 셀  telephone 텔레폰  tel 텔  fax 팩스  message 메시지  text 텍스트  chat 챗  chatbot 챗봇
bot 봇  robot 로봇  voice 보이스  video 비디오  audio 오디오  sound 사운드  music 뮤직  photo 포토  image 이미지
camera 카메라  screen 스크린  display 디스플레이  monitor 모니터  keyboard 키보드  mouse 마우스  printer 프린터
print 프린트  scan 스캔  scanner 스캐너  copy 카피  cable 케이블  adapter 어댑터  charger 충전기  battery 배터리
power 파워  speaker 스피커  headset 헤드셋  earphone 이어폰  mic 마이크  bluetooth 블루투스  router 라우터
modem 모뎀  hub 허브  memory 메모리  card 카드  chip 칩  disk 디스크  drive 드라이브  event 이벤트  sale 세일
point 포인트  points 포인트  coupon 쿠폰  check 체크  gift 기프트  giftcard 기프트카드  free 프리  bonus 보너스
benefit 베네핏  discount 디스카운트  price 프라이스  pay 페이  payment 페이먼트  cash 캐시  cashback 캐시백
credit 크레디트  debit 데빗  bank 뱅크  banking 뱅킹  account 어카운트  loan 론  fund 펀드  stock 스톡  money 머니
wallet 월릿  tax 택스  bill 빌  receipt 리시트  order 오더  shop 숍  shopping 쇼핑  store 스토어  market 마켓
mart 마트  mall 몰  cart 카트  brand 브랜드  best 베스트  new 뉴  hot 핫  cool 쿨  big 빅  top 톱  one 원  two 투
three 스리  four 포  five 파이브  six 식스  seven 세븐  eight 에이트  nine 나인  ten 텐  zero 제로  first 퍼스트
second 세컨드  third 서드  last 라스트  open 오픈  close 클로즈  closed 클로즈드  delivery 딜리버리
express 익스프레스  box 박스  pack 팩  package 패키지  set 세트  size 사이즈  small 스몰  medium 미디엄  large 라지
color 컬러  black 블랙  white 화이트  red 레드  blue 블루  green 그린  yellow 옐로  pink 핑크  gold 골드
silver 실버  bronze 브론즈  platinum 플래티넘  diamond 다이아몬드  premium 프리미엄  standard 스탠더드  basic 베이식
lite 라이트  light 라이트  plus 플러스  pro 프로  max 맥스  mini 미니  ultra 울트라  super 슈퍼  special 스페셜
royal 로열  classic 클래식  family 패밀리  couple 커플  kids 키즈  kid 키드  baby 베이비  junior 주니어
senior 시니어  member 멤버  membership 멤버십  user 유저  guest 게스트  manager 매니저  staff 스태프  team 팀
leader 리더  director 디렉터  president 프레지던트  partner 파트너  company 컴퍼니  business 비즈니스
project 프로젝트  plan 플랜  meeting 미팅  report 리포트  schedule 스케줄  interview 인터뷰  training 트레이닝
workshop 워크숍  seminar 세미나  conference 콘퍼런스  forum 포럼  award 어워드  marketing 마케팅  sales 세일즈
management 매니지먼트  consulting 컨설팅  design 디자인  digital 디지털  analog 아날로그  media 미디어  news 뉴스
radio 라디오  channel 채널  show 쇼  live 라이브  drama 드라마  movie 무비  cinema 시네마  game 게임  games 게임스
sports 스포츠  sport 스포츠  golf 골프  tennis 테니스  soccer 사커  football 풋볼  baseball 베이스볼
basketball 바스켓볼  gym 짐  fitness 피트니스  yoga 요가  health 헬스  care 케어  healthcare 헬스케어  clinic 클리닉
hospital 호스피털  medical 메디컬  doctor 닥터  dr 닥터  mr 미스터  mrs 미시즈  ms 미즈  miss 미스  hotel 호텔
motel 모텔  resort 리조트  pension 펜션  condo 콘도  room 룸  suite 스위트  twin 트윈  double 더블  single 싱글
lounge 라운지  lobby 로비  check-in 체크인  checkin 체크인  checkout 체크아웃  tour 투어  travel 트래블  trip 트립
ticket 티켓  airport 에어포트  air 에어  airline 에어라인  gate 게이트  seat 시트  bus 버스  taxi 택시  train 트레인
car 카  truck 트럭  bike 바이크  parking 파킹  station 스테이션  street 스트리트  road 로드  tower 타워
building 빌딩  house 하우스  city 시티  park 파크  land 랜드  plaza 플라자  square 스퀘어  terrace 테라스  zone 존
space 스페이스  studio 스튜디오  gallery 갤러리  museum 뮤지엄  cafe 카페  coffee 커피  tea 티  americano 아메리카노
latte 라테  espresso 에스프레소  juice 주스  water 워터  milk 밀크  beer 비어  wine 와인  bar 바  pub 펍  food 푸드
restaurant 레스토랑  pizza 피자  burger 버거  hamburger 햄버거  chicken 치킨  steak 스테이크  pasta 파스타
salad 샐러드  sandwich 샌드위치  bread 브레드  cake 케이크  cookie 쿠키  chocolate 초콜릿  ice 아이스  cream 크림
sauce 소스  cheese 치즈  lunch 런치  dinner 디너  brunch 브런치  buffet 뷔페  party 파티  wedding 웨딩
birthday 버스데이  christmas 크리스마스  happy 해피  love 러브  you 유  me 미  my 마이  your 유어  we 위  our 아워
i 아이  i'm 아임  it's 잇츠  let's 레츠  that's 대츠  what's 와츠  he 히  she 시  it 잇  is 이즈  are 아  am 앰
be 비  do 두  and 앤드  or 오어  the 더  a 에이  an 언  of 오브  in 인  at 앳  to 투  for 포  from 프롬  by 바이
with 위드  up 업  down 다운  out 아웃  over 오버  under 언더  all 올  hello 헬로  hi 하이  bye 바이  thank 생크
thanks 생스  please 플리즈  sorry 소리  welcome 웰컴  good 굿  morning 모닝  night 나이트  day 데이  today 투데이
week 위크  weekend 위켄드  month 먼스  year 이어  time 타임  now 나우  life 라이프  style 스타일
lifestyle 라이프스타일  fashion 패션  beauty 뷰티  make 메이크  makeup 메이크업  skin 스킨  lotion 로션
perfume 퍼퓸  spa 스파  salon 살롱  hair 헤어  nail 네일  shirt 셔츠  shoes 슈즈  bag 백  dress 드레스  suit 슈트
jean 진  jeans 진스  pants 팬츠  song 송  dance 댄스  pop 팝  kpop 케이팝  rock 록  jazz 재즈  idol 아이돌
star 스타  fan 팬  book 북  story 스토리  magazine 매거진  school 스쿨  academy 아카데미  class 클래스
college 칼리지  university 유니버시티  campus 캠퍼스  study 스터디  english 잉글리시  teacher 티처  student 스튜던트
toeic 토익  toefl 토플  teps 텝스  science 사이언스  tech 테크  technology 테크놀로지  engineering 엔지니어링
energy 에너지  gas 가스  oil 오일  solution 솔루션  platform 플랫폼  content 콘텐츠  contents 콘텐츠  blog 블로그
link 링크  url 유알엘  domain 도메인  hacking 해킹  security 시큐리티  secure 시큐어  safe 세이프  safety 세이프티
lock 록  key 키  keypad 키패드  help 헬프  helpdesk 헬프데스크  desk 데스크  info 인포  information 인포메이션
notice 노티스  question 퀘스천  answer 앤서  support 서포트  contact 콘택트  admin 어드민  claim 클레임
refund 리펀드  return 리턴  review 리뷰  rating 레이팅  feedback 피드백  survey 서베이  quality 퀄리티
control 컨트롤  remote 리모트  auto 오토  automatic 오토매틱  manual 매뉴얼  guide 가이드  tip 팁  level 레벨
step 스텝  stage 스테이지  round 라운드  final 파이널  semi 세미  part 파트  type 타입  model 모델  series 시리즈
edition 에디션  limited 리미티드  original 오리지널  real 리얼  fake 페이크  magic 매직  dream 드림  hope 호프
angel 에인절  king 킹  queen 퀸  prince 프린스  hero 히어로  master 마스터  expert 엑스퍼트  roaming 로밍
prepaid 프리페이드  unlimited 언리미티드  speed 스피드  giga 기가  mega 메가  tera 테라  byte 바이트  pixel 픽셀
ray 레이  xray 엑스레이  x-ray 엑스레이  vaccine 백신  virus 바이러스  covid 코비드  corona 코로나  mask 마스크
cctv 씨씨티브이  sim 심  usim 유심  insurance 인슈어런스  direct 다이렉트  rental 렌털  lease 리스  rent 렌트
tmoney 티머니  t-money 티머니  smishing 스미싱  phishing 피싱  spam 스팸  block 블록  list 리스트
blacklist 블랙리스트  vip 브이아이피  vs 대  etc 기타  feat 피처링  hashtag 해시태그  like 라이크  follow 팔로
subscribe 서브스크라이브  alarm 알람  calendar 캘린더  map 맵  maps 맵스  navi 내비  navigation 내비게이션
drone 드론  metaverse 메타버스  bitcoin 비트코인  coin 코인  token 토큰  blockchain 블록체인  startup 스타트업
venture 벤처  incentive 인센티브  outsourcing 아웃소싱  kg 킬로그램  km 킬로미터  cm 센티미터  mm 밀리미터
ml 밀리리터  com 컴  co 씨오  kr 케이알  org 오알지  www 더블유더블유더블유  every 에브리  everyone 에브리원
everyday 에브리데이  any 애니  some 섬  very 베리  great 그레이트  nice 나이스  perfect 퍼펙트  simple 심플
easy 이지  fast 패스트  quick 퀵  slow 슬로  high 하이  low 로  long 롱  short 쇼트  full 풀  half 하프  total 토털
extra 엑스트라  multi 멀티  hybrid 하이브리드  electric 일렉트릭  motor 모터  motors 모터스  asset 애셋
capital 캐피털  invest 인베스트  trade 트레이드  trading 트레이딩  group 그룹  holdings 홀딩스  corp 코퍼레이션
corporation 코퍼레이션  inc 잉크  ltd 리미티드  lab 랩  labs 랩스  soft 소프트  software 소프트웨어
hardware 하드웨어  program 프로그램  coding 코딩  python 파이선  java 자바  linux 리눅스  unix 유닉스  viewer 뷰어
player 플레이어  editor 에디터  maker 메이커  creator 크리에이터  influencer 인플루언서  streaming 스트리밍
stream 스트림  podcast 팟캐스트  shorts 쇼츠  reels 릴스  feed 피드  post 포스트  comment 코멘트  profile 프로필
nickname 닉네임  avatar 아바타  emoticon 이모티콘  sticker 스티커  reply 리플라이  send 센드  save 세이브
delete 딜리트  edit 에디트  search 서치  find 파인드  view 뷰  more 모어  select 셀렉트  option 옵션  confirm 컨펌
submit 서브밋  apply 어플라이  agree 어그리  reservation 레저베이션  booking 부킹  boarding 보딩  duty 듀티
dutyfree 듀티프리  mileage 마일리지  mile 마일  miles 마일스  economy 이코노미  crew 크루  korail 코레일
asiana 아시아나  jinair 진에어  tway 티웨이  olive 올리브  young 영  oliveyoung 올리브영  daiso 다이소  emart 이마트
homeplus 홈플러스  costco 코스트코  ikea 이케아  zara 자라  uniqlo 유니클로  musinsa 무신사  kurly 컬리  baemin 배민
yogiyo 요기요  watcha 왓챠  laftel 라프텔  naverpay 네이버페이  samsungpay 삼성페이  applepay 애플페이
zeropay 제로페이  kbstar 케이비스타  hyundaicard 현대카드  skt 에스케이티  lgu 엘지유  olleh 올레  uplus 유플러스
meta 메타  claude 클로드  gemini 제미나이  copilot 코파일럿  notion 노션  slack 슬랙  teams 팀스  skype 스카이프
discord 디스코드  linkedin 링크드인  pinterest 핀터레스트  threads 스레드  wechat 위챗  whatsapp 왓츠앱
alipay 알리페이  aliexpress 알리익스프레스  temu 테무  ebay 이베이  boeing 보잉  airbus 에어버스  porsche 포르쉐
ferrari 페라리  lexus 렉서스  nissan 닛산  ford 포드  sonata 쏘나타  avante 아반떼  grandeur 그랜저  sorento 쏘렌토
canon 캐논  nikon 니콘  dyson 다이슨  xiaomi 샤오미  huawei 화웨이  lenovo 레노버  asus 에이수스  dell 델
philips 필립스  panasonic 파나소닉  bosch 보쉬  coca 코카  cola 콜라  cocacola 코카콜라  pepsi 펩시
mcdonald 맥도날드  mcdonalds 맥도날드  lotteria 롯데리아  subway 서브웨이  kfc 케이에프씨  domino 도미노
"""
_PAIRS = words(_TABLE)
ENGLISH: dict[str, str] = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
"""Word in lower case to its Hangul spelling."""

SPELLED_IN_CAPITALS = frozenset(
    words("IT US AM PM IS IN ME BE OR DO HE MS MR AN TO BY CO KR MM CM KM KG ML CCTV VIP URL GPT BMW AT UP MC")
)
"""In capitals letter by letter, though there is such a word."""
