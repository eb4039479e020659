//! The firmware's symbols: addresses to functions for people, names to addresses for reading memory.

use object::{Object, ObjectSymbol, SymbolKind};

/// A function or variable of the firmware.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// Its address, without the Thumb bit.
    pub address: u32,
    /// Its size in bytes; 0 where the ELF does not say.
    pub size: u32,
}

/// The symbol table of an ELF, in order of address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Symbols {
    functions: Vec<Symbol>,
    objects: Vec<Symbol>,
}

impl Symbols {
    /// Reads the symbols of an ELF; one that can't be read has none.
    pub fn of_elf(bytes: &[u8]) -> Self {
        let mut symbols = Self::default();
        let Ok(file) = object::File::parse(bytes) else { return symbols };
        for symbol in file.symbols() {
            let (Ok(name), Ok(address)) = (symbol.name(), u32::try_from(symbol.address())) else { continue };
            let entry = Symbol { name: name.to_owned(), address: address & !1, size: symbol.size() as u32 };
            match symbol.kind() {
                SymbolKind::Text => symbols.functions.push(entry),
                SymbolKind::Data => symbols.objects.push(Symbol { address, ..entry }),
                _ => {}
            }
        }
        for list in [&mut symbols.functions, &mut symbols.objects] {
            list.sort_by(|a, b| (a.address, &a.name).cmp(&(b.address, &b.name)));
        }
        symbols
    }

    /// The function that an address lies in, as `main+0x1c`; the bare address where none does.
    pub fn describe(&self, address: u32) -> String {
        let address = address & !1;
        let after = self.functions.partition_point(|symbol| symbol.address <= address);
        match after.checked_sub(1).map(|index| &self.functions[index]) {
            // Without a size, believe a function to be at most a page long.
            Some(symbol) if address - symbol.address < if symbol.size == 0 { 1024 } else { symbol.size } => {
                format!("{}+{:#x}", symbol.name, address - symbol.address)
            }
            _ => format!("{address:#010x}, in no function"),
        }
    }

    /// A variable by name.
    pub fn variable(&self, name: &str) -> Option<&Symbol> {
        self.objects.iter().find(|symbol| symbol.name == name)
    }
}
