"""Frame heads on the pipe between the bot and its reading child."""

import struct

REQUEST = struct.Struct(">QB")  # length of the file, length of the expected kind's name
ANSWER = struct.Struct(">I")  # length of the JSON reading
