//! Images and sounds that are real and small, made by code.

/// A JPEG in shades of grey: `shade` gives that of each square of 8 pixels. Width and height are in such squares.
pub(crate) fn jpeg(width: u8, height: u8, shade: impl Fn(u8, u8) -> u8) -> Vec<u8> {
    let mut bytes = Vec::from(*b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    // Quantization by 8 throughout: a square's first coefficient is then its shade, counted from the middle.
    bytes.extend(b"\xff\xdb\0\x43\0");
    bytes.extend([8; 64]);
    let [h1, h0] = (u16::from(height) * 8).to_be_bytes();
    let [w1, w0] = (u16::from(width) * 8).to_be_bytes();
    bytes.extend([0xff, 0xc0, 0, 11, 8, h1, h0, w1, w0, 1, 1, 0x11, 0]);
    // Differences have up to 8 bits: nine lengths, each with a code of 4 bits. The other coefficients are all zero,
    // and the code of one bit says so.
    bytes.extend(b"\xff\xc4\0\x1c\0\0\0\0\x09\0\0\0\0\0\0\0\0\0\0\0\0");
    bytes.extend(0..=8);
    bytes.extend(b"\xff\xc4\0\x14\x10\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    bytes.extend(b"\xff\xda\0\x08\x01\x01\0\0\x3f\0");
    let mut bits = Bits { bytes, pending: 0, count: 0 };
    let mut last = 0;
    for y in 0..height {
        for x in 0..width {
            let value = i32::from(shade(x, y)) - 128;
            let difference = value - last;
            last = value;
            let size = 32 - difference.unsigned_abs().leading_zeros();
            bits.push(size, 4);
            // A negative one is written as its complement.
            let code = if difference < 0 { difference + (1 << size) - 1 } else { difference };
            bits.push(code.unsigned_abs(), size);
            bits.push(0, 1);
        }
    }
    bits.end()
}

/// Bits of a JPEG's scan, the highest first.
struct Bits {
    bytes: Vec<u8>,
    pending: u8,
    count: u8,
}

impl Bits {
    fn push(&mut self, value: u32, size: u32) {
        for at in (0..size).rev() {
            self.pending = self.pending << 1 | u8::from(value >> at & 1 == 1);
            self.count += 1;
            if self.count == 8 {
                self.bytes.push(self.pending);
                // After this byte a marker would begin.
                if self.pending == 0xff {
                    self.bytes.push(0);
                }
                (self.pending, self.count) = (0, 0);
            }
        }
    }

    fn end(mut self) -> Vec<u8> {
        while self.count != 0 {
            self.push(1, 1);
        }
        self.bytes.extend(b"\xff\xd9");
        self.bytes
    }
}

/// A sound of a tenth of a second, as WAV: 8000 samples of 16 bits per second, one channel.
pub(crate) fn wav() -> Vec<u8> {
    const RATE: u32 = 8000;
    let samples = (0..RATE / 10).flat_map(|at| {
        let level = if at / 10 % 2 == 0 { 4000_i16 } else { -4000 };
        level.to_le_bytes()
    });
    let samples: Vec<u8> = samples.collect();
    let length = u32::try_from(samples.len()).unwrap_or_default();
    let mut bytes = Vec::from(*b"RIFF");
    bytes.extend((36 + length).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend(RATE.to_le_bytes());
    bytes.extend((RATE * 2).to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend(length.to_le_bytes());
    bytes.extend(samples);
    bytes
}
