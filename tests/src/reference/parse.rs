//! Reads a blob, and checks everything in it.

use super::bytes::{Reader, crc32};
use super::write::{half_bytes, packed};
use super::{
    Activation, Float, Int4, Int8, Layer, Model, Outputs, Packing, Params, Part, Refused, check,
    pack,
};

/// Reads a blob of version 1 to 3 and checks every limit of the format. Where the bytes lie in
/// memory does not matter here.
///
/// # Errors
///
/// The error says the first thing that is wrong.
pub fn parse(blob: &[u8]) -> Result<Model, Refused> {
    let body = blob.len().checked_sub(4).ok_or_else(|| Refused("no room for a CRC".into()))?;
    let (message, crc) = blob.split_at(body);
    if crc != crc32(message).to_le_bytes() {
        return Err(Refused("the CRC is another".into()));
    }

    let mut reader = Reader { bytes: message, at: 0 };
    if reader.take(4, "magic")? != b"GANB" {
        return Err(Refused("not a .gan file".into()));
    }
    let version = reader.u8("version")?;
    if !matches!(version, 1..=3) {
        return Err(Refused(format!("version {version}")));
    }
    let name = String::from_utf8(reader.slice("name")?.to_vec())
        .map_err(|_| Refused("name: not UTF-8".into()))?;
    let (latent_len, classes) = (reader.u16("latent_len")?, reader.u16("classes")?);
    let size = [reader.u16("width")?, reader.u16("height")?];
    let mut model = Model::plain(&name, latent_len, classes, size, reader.u8("channels")?);
    if version == 3 {
        model.inputs.clear();
        for _ in 0..reader.varint(3, "inputs")? {
            model.inputs.push(part(&mut reader)?);
        }
        if reader.varint(1, "outputs")? == 1 {
            model.outputs = Outputs::Numbers;
        }
        model.metadata = reader.slice("metadata")?.to_vec();
    }
    for _ in 0..reader.varint(16, "layers")? {
        model.layers.push(layer(&mut reader)?);
    }
    if version != model.version() {
        return Err(Refused(format!(
            "version {version} for a model that takes {}",
            model.version()
        )));
    }

    let padding = reader.slice("padding")?;
    if padding.len() > 15 || padding.iter().any(|&byte| byte != 0) {
        return Err(Refused("padding: not 0 to 15 zeros".into()));
    }
    let payload = reader.slice("payload")?;
    if !(reader.at - payload.len()).is_multiple_of(16) {
        return Err(Refused("padding: the payload does not begin on a multiple of 16".into()));
    }
    if reader.at != message.len() {
        return Err(Refused("bytes after the payload".into()));
    }
    let mut sections = Sections(Reader { bytes: payload, at: 0 });
    for index in 0..model.layers.len() {
        sections.fill(&mut model, index)?;
    }
    if sections.0.at != payload.len() {
        return Err(Refused("payload: longer than its sections".into()));
    }
    check(&model)?;
    Ok(model)
}

/// Reads a part of the model's inputs.
fn part(reader: &mut Reader<'_>) -> Result<Part, Refused> {
    Ok(match reader.varint(2, "kind of input")? {
        0 => Part::Latent(reader.u16("latent")?),
        1 => Part::Image {
            width: reader.u16("width of the image that goes in")?,
            height: reader.u16("height of the image that goes in")?,
            channels: reader.u8("channels of the image that goes in")?,
        },
        _ => Part::Mask { width: reader.u16("mask")?, height: reader.u16("mask")? },
    })
}

/// Reads a layer's part of the header. Its numbers follow in the payload.
fn layer(reader: &mut Reader<'_>) -> Result<Layer, Refused> {
    let inputs = reader.u16("inputs")?;
    let outputs = reader.u16("outputs")?;
    let params = match reader.varint(2, "element")? {
        0 => Params::I8(Int8::default()),
        1 => Params::F32(Float::default()),
        _ => Params::I4(Int4 { group: reader.u8("group")?, ..Int4::default() }),
    };
    let packing = Packing::ALL[reader.varint(5, "packing")? as usize];
    let fits = match &params {
        Params::I8(_) => packing != Packing::NibbleLane,
        Params::F32(_) => packing == Packing::Rows,
        Params::I4(_) => [Packing::Rows, Packing::NibbleLane].contains(&packing),
    };
    if !fits {
        return Err(Refused("packing: of another element type".into()));
    }
    if let Params::I4(Int4 { group, .. }) = params
        && group != 16
        && group != 32
    {
        return Err(Refused("group: neither 16 nor 32".into()));
    }
    let activation = match reader.varint(4, "activation")? {
        0 => Activation::Linear,
        1 => Activation::Relu,
        2 => Activation::LeakyRelu(reader.f32("slope")?),
        3 => Activation::Tanh,
        _ => Activation::Sigmoid,
    };
    let zero_point = reader.u8("zero_point")?;
    Ok(Layer { inputs, outputs, activation, zero_point, packing, params })
}

/// The payload, section after section.
struct Sections<'a>(Reader<'a>);

impl Sections<'_> {
    /// Reads the sections of layer `index`.
    fn fill(&mut self, model: &mut Model, index: usize) -> Result<(), Refused> {
        // In u64: the sizes that a header announces need not fit into the usize of a 32-bit host.
        let outputs = u64::from(model.layers[index].outputs);
        let weights = outputs * u64::from(model.layers[index].inputs);
        let biases = outputs * model.bias_rows(index) as u64;
        let has_table = model.has_table(index);
        if matches!(model.layers[index].params, Params::I4(_)) {
            return self.fill_half_bytes(&mut model.layers[index], biases, has_table);
        }
        if model.layers[index].packing != Packing::Rows {
            return self.unpack(&mut model.layers[index], biases, has_table);
        }
        match &mut model.layers[index].params {
            Params::I8(int8) => {
                int8.weights = self.section(weights, i8::from_le_bytes)?;
                int8.bias = self.section(biases, i32::from_le_bytes)?;
                int8.multipliers = self.section(outputs, u16::from_le_bytes)?;
                int8.negative_multipliers =
                    self.section(if has_table { 0 } else { outputs }, u16::from_le_bytes)?;
                int8.shifts = self.section(outputs, u8::from_le_bytes)?;
                int8.table = self.section(if has_table { 256 } else { 0 }, u8::from_le_bytes)?;
            }
            Params::F32(float) => {
                float.weights = self.section(weights, f32::from_le_bytes)?;
                float.bias = self.section(biases, f32::from_le_bytes)?;
            }
            Params::I4(_) => unreachable!("read above"),
        }
        Ok(())
    }

    /// Reads the sections of an integer layer of half bytes, and refuses weights that writing its
    /// numbers does not give.
    fn fill_half_bytes(
        &mut self,
        layer: &mut Layer,
        biases: u64,
        has_table: bool,
    ) -> Result<(), Refused> {
        let start = self.0.at;
        let Params::I4(Int4 { group, .. }) = layer.params else {
            unreachable!("a layer of half bytes")
        };
        let (inputs, outputs) = (u64::from(layer.inputs), u64::from(layer.outputs));
        let groups = inputs.div_ceil(group.into());
        let rows = outputs.next_multiple_of(layer.packing.unit().0 as u64);
        let weights = self.section(rows * groups * u64::from(group) / 2, u8::from_le_bytes)?;
        let scales = self.section(rows * groups, u8::from_le_bytes)?;
        let int8 = Int8 {
            weights: pack::from_nibbles(
                layer.packing,
                &weights,
                group,
                inputs as usize,
                outputs as usize,
            ),
            bias: self.section(biases, i32::from_le_bytes)?,
            multipliers: self.section(outputs, u16::from_le_bytes)?,
            negative_multipliers: self
                .section(if has_table { 0 } else { outputs }, u16::from_le_bytes)?,
            shifts: self.section(outputs, u8::from_le_bytes)?,
            table: self.section(if has_table { 256 } else { 0 }, u8::from_le_bytes)?,
        };
        let scales = pack::from_scales(layer.packing, &scales, groups as usize, outputs as usize);
        let int4 = Int4 { group, scales, int8 };
        if self.0.bytes[start..self.0.at] != half_bytes(layer, &int4) {
            return Err(Refused("payload: not what writing its numbers gives".into()));
        }
        layer.params = Params::I4(int4);
        Ok(())
    }

    /// Reads the sections of a packed integer layer, and refuses those that packing its numbers
    /// does not give.
    fn unpack(&mut self, layer: &mut Layer, biases: u64, has_table: bool) -> Result<(), Refused> {
        if layer.inputs == 0 || layer.outputs == 0 {
            return Err(Refused("inputs or outputs: 0".into()));
        }
        let start = self.0.at;
        let (group, columns) = layer.packing.unit();
        let (inputs, outputs) = (usize::from(layer.inputs), usize::from(layer.outputs));
        let rows = outputs.next_multiple_of(group);
        let padded = (rows * inputs.next_multiple_of(columns)) as u64;
        let weights = self.section(padded, u8::from_le_bytes)?;
        let bias = self.section(biases / outputs as u64 * rows as u64, i32::from_le_bytes)?;
        let factors = self.section(rows as u64, u32::from_le_bytes)?;
        let negative_factors =
            self.section(if has_table { 0 } else { rows as u64 }, u32::from_le_bytes)?;
        let mut shifts = self.section(rows as u64, u8::from_le_bytes)?;
        // Padding is compared below.
        shifts.truncate(outputs);
        let table = self.section(if has_table { 256 } else { 0 }, u8::from_le_bytes)?;
        if !shifts.iter().all(|shift| (17..=32).contains(shift)) {
            return Err(Refused("shifts: not in 17..=32 in a packed layer".into()));
        }
        let multipliers = |factors: &[u32]| {
            // One that is too large is too large after the cast as well.
            factors
                .iter()
                .zip(&shifts)
                .map(|(&factor, &shift)| (factor >> (32 - shift)).min(65_535) as u16)
                .collect()
        };
        let int8 = Int8 {
            weights: pack::unpack(layer.packing, &weights, inputs, outputs),
            bias: bias.chunks(rows).flat_map(|class| &class[..outputs]).copied().collect(),
            multipliers: multipliers(&factors),
            negative_multipliers: multipliers(&negative_factors),
            shifts,
            table,
        };
        if self.0.bytes[start..self.0.at] != packed(layer, &int8) {
            return Err(Refused("payload: not what packing its numbers gives".into()));
        }
        layer.params = Params::I8(int8);
        Ok(())
    }

    /// Reads `count` values of `N` bytes, and the zeros up to the next multiple of 16.
    fn section<T, const N: usize>(
        &mut self,
        count: u64,
        value: fn([u8; N]) -> T,
    ) -> Result<Vec<T>, Refused> {
        let (values, _) = self.0.take(count * N as u64, "payload")?.as_chunks();
        let values = values.iter().map(|&bytes| value(bytes)).collect();
        let zeros = self.0.at.next_multiple_of(16) - self.0.at;
        if self.0.take(zeros as u64, "payload")?.iter().any(|&byte| byte != 0) {
            return Err(Refused("payload: a section is not followed by zeros".into()));
        }
        Ok(values)
    }
}
