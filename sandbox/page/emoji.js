// The common emoji by the names people type between colons, in groups for the picker.

const GROUPS = {
  Faces: `smile 😄 smiley 😃 grinning 😀 grin 😁 laughing 😆 sweat_smile 😅 joy 😂 rolling_on_the_floor_laughing 🤣
    slightly_smiling_face 🙂 upside_down_face 🙃 wink 😉 blush 😊 innocent 😇 heart_eyes 😍 star-struck 🤩
    sunglasses 😎 nerd_face 🤓 thinking_face 🤔 face_with_monocle 🧐 neutral_face 😐 expressionless 😑
    face_with_rolling_eyes 🙄 smirk 😏 persevere 😣 disappointed 😞 worried 😟 confused 😕 slightly_frowning_face 🙁
    cry 😢 sob 😭 open_mouth 😮 astonished 😲 flushed 😳 scream 😱 sweat 😓 weary 😩 tired_face 😫 sleeping 😴
    yawning_face 🥱 partying_face 🥳 hugging_face 🤗 shushing_face 🤫 zipper_mouth_face 🤐 exploding_head 🤯
    face_palm 🤦 shrug 🤷 robot_face 🤖 ghost 👻`,
  Hands: `+1 👍 -1 👎 ok_hand 👌 wave 👋 raised_hands 🙌 clap 👏 pray 🙏 handshake 🤝 muscle 💪 point_up ☝️
    point_right 👉 point_left 👈 point_down 👇 point_up_2 👆 raised_hand ✋ v ✌️ crossed_fingers 🤞 writing_hand ✍️
    eyes 👀 ear 👂 brain 🧠 bust_in_silhouette 👤 busts_in_silhouette 👥 speaking_head_in_silhouette 🗣️`,
  Signs: `white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ heavy_plus_sign ➕ heavy_minus_sign ➖
    heavy_multiplication_x ✖️ question ❓ grey_question ❔ exclamation ❗ grey_exclamation ❕ warning ⚠️ no_entry ⛔
    no_entry_sign 🚫 100 💯 recycle ♻️ information_source ℹ️ zzz 💤 speech_balloon 💬 left_speech_bubble 🗨️
    thought_balloon 💭 sparkles ✨ star ⭐ star2 🌟 heart ❤️ blue_heart 💙 green_heart 💚 yellow_heart 💛 broken_heart 💔
    red_circle 🔴 large_orange_circle 🟠 large_yellow_circle 🟡 large_green_circle 🟢 large_blue_circle 🔵
    white_circle ⚪ black_circle ⚫ large_yellow_square 🟨 large_green_square 🟩 small_blue_diamond 🔹
    small_orange_diamond 🔸 arrow_right ➡️ arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️ arrow_right_hook ↪️
    leftwards_arrow_with_hook ↩️ arrows_counterclockwise 🔄 repeat 🔁 fast_forward ⏩ black_square_for_stop ⏹️
    arrow_forward ▶️ double_vertical_bar ⏸️ new 🆕 ok 🆗 one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣
    eight 8️⃣ nine 9️⃣ zero 0️⃣`,
  Things: `tada 🎉 confetti_ball 🎊 bulb 💡 memo 📝 pencil2 ✏️ wastebasket 🗑️ hourglass ⌛
    hourglass_flowing_sand ⏳ stopwatch ⏱️ alarm_clock ⏰ clock9 🕘 calendar 📆 date 📅 spiral_calendar_pad 🗓️
    bell 🔔 no_bell 🔕 mega 📣 loudspeaker 📢 bookmark 🔖 pushpin 📌 round_pushpin 📍 paperclip 📎 link 🔗
    clipboard 📋 page_facing_up 📄 bookmark_tabs 📑 books 📚 book 📖 notebook 📓 file_folder 📁 open_file_folder 📂
    card_index_dividers 🗂️ bar_chart 📊 chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 mag 🔍 mag_right 🔎
    lock 🔒 unlock 🔓 key 🔑 hammer_and_wrench 🛠️ wrench 🔧 gear ⚙️ envelope ✉️ email 📧 inbox_tray 📥 outbox_tray 📤
    telephone_receiver 📞 phone ☎️ computer 💻 briefcase 💼 office 🏢 factory 🏭 house 🏠 moneybag 💰 credit_card 💳
    handbag 👜 mirror 🪞 compass 🧭 world_map 🗺️ door 🚪 jigsaw 🧩 dart 🎯 trophy 🏆 medal 🏅 gift 🎁 balloon 🎈
    crystal_ball 🔮 seedling 🌱 deciduous_tree 🌳 four_leaf_clover 🍀 sunny ☀️ cloud ☁️ umbrella ☂️ snowflake ❄️
    zap ⚡ fire 🔥 droplet 💧 ocean 🌊 rainbow 🌈 rocket 🚀 ship 🚢 airplane ✈️ car 🚗 bike 🚲 construction 🚧
    coffee ☕ tea 🍵 cake 🍰 pizza 🍕 apple 🍎 beer 🍺 turtle 🐢 owl 🦉 dog 🐶 cat 🐱 bee 🐝 butterfly 🦋 ladder 🪜
    magnet 🧲 telescope 🔭 microscope 🔬 test_tube 🧪 ledger 📒 newspaper 📰 label 🏷️ shield 🛡️`,
};

// Other names for the same.
const ALIASES = {
  thumbsup: "+1",
  pencil: "memo",
  thumbsdown: "-1",
  thinking: "thinking_face",
  robot: "robot_face",
  facepalm: "face_palm",
  simple_smile: "slightly_smiling_face",
  slight_smile: "slightly_smiling_face",
  raising_hand: "raised_hand",
  green_circle: "large_green_circle",
  orange_circle: "large_orange_circle",
  yellow_circle: "large_yellow_circle",
  blue_circle: "large_blue_circle",
};

export const emojiGroups = Object.entries(GROUPS).map(([title, text]) => {
  const words = text.split(/\s+/);
  const entries = [];
  for (let at = 0; at < words.length; at += 2) entries.push({ name: words[at], glyph: words[at + 1] });
  return { title, entries };
});

const table = new Map(emojiGroups.flatMap(({ entries }) => entries.map(({ name, glyph }) => [name, glyph])));

// The first of these are offered at once when someone reacts to a message.
export const quickReactions = ["white_check_mark", "eyes", "+1", "tada", "thinking_face", "bulb"];

export function glyphOf(name) {
  const plain = name.replace(/::skin-tone-\d$/, "");
  return table.get(plain) ?? table.get(ALIASES[plain]);
}

export function emojiLike(start, limit = 8) {
  const wanted = start.toLowerCase();
  return [...table]
    .filter(([name]) => name.includes(wanted))
    .sort(([one], [other]) => other.startsWith(wanted) - one.startsWith(wanted) || one.length - other.length)
    .slice(0, limit)
    .map(([name, glyph]) => ({ name, glyph }));
}
