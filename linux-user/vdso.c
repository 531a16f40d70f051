/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Builds a guest's vDSO from its table (vdso_a64.c, vdso_x64.c).
 *
 * Layout of the page: headers, hash, symbols, strings, versions, dynamic,
 * unwind tables, code, section headers.  Everything is position-independent:
 * addresses in it are offsets from its first byte, as in the kernel's.
 */
#include "linux-user/vdso.h"

#include <elf.h>
#include <string.h>

static const char soname[] = "linux-vdso.so.1";

/* -- Image ----------------------------------------------------------------- */

enum section {
	SEC_NULL, SEC_HASH, SEC_DYNSYM, SEC_DYNSTR, SEC_VERSYM, SEC_VERDEF,
	SEC_DYNAMIC, SEC_EHHDR, SEC_EHFRAME, SEC_TEXT, SEC_SHSTRTAB, SEC_COUNT
};

static const struct {
	const char *name;
	u32 type, flags, link, info, align, entsize;
} section[SEC_COUNT] = {
	[SEC_NULL] = { "" },
	[SEC_HASH] = { ".hash", SHT_HASH, SHF_ALLOC, SEC_DYNSYM, 0, 8, 4 },
	[SEC_DYNSYM] = { ".dynsym", SHT_DYNSYM, SHF_ALLOC, SEC_DYNSTR, 1, 8,
			 sizeof(Elf64_Sym) },
	[SEC_DYNSTR] = { ".dynstr", SHT_STRTAB, SHF_ALLOC, 0, 0, 1, 0 },
	[SEC_VERSYM] = { ".gnu.version", SHT_GNU_versym, SHF_ALLOC,
			 SEC_DYNSYM, 0, 2, 2 },
	[SEC_VERDEF] = { ".gnu.version_d", SHT_GNU_verdef, SHF_ALLOC,
			 SEC_DYNSTR, 2, 8, 0 },
	[SEC_DYNAMIC] = { ".dynamic", SHT_DYNAMIC, SHF_ALLOC, SEC_DYNSTR, 0,
			  8, sizeof(Elf64_Dyn) },
	[SEC_EHHDR] = { ".eh_frame_hdr", SHT_PROGBITS, SHF_ALLOC, 0, 0, 4, 0 },
	[SEC_EHFRAME] = { ".eh_frame", SHT_PROGBITS, SHF_ALLOC, 0, 0, 8, 0 },
	[SEC_TEXT] = { ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0, 0,
		       16, 0 },
	[SEC_SHSTRTAB] = { ".shstrtab", SHT_STRTAB, 0, 0, 0, 1, 0 },
};

struct image {
	u8 *page;
	u32 pos;
	u32 off[SEC_COUNT], size[SEC_COUNT];
	const struct vdso *v;
	u32 func_off[VDSO_FUNCS], name_off[VDSO_FUNCS];
	u32 version_off, soname_off;
};

static void *put(struct image *m, const void *data, u32 len)
{
	void *at = m->page + m->pos;

	if (data)
		memcpy(at, data, len);
	m->pos += len;
	return at;
}

static void begin(struct image *m, enum section s)
{
	m->pos = (u32)align_up(m->pos, section[s].align);
	m->off[s] = m->pos;
}

static void end(struct image *m, enum section s)
{
	m->size[s] = m->pos - m->off[s];
}

/* The hash function of the System V ABI. */
static u32 sysv_hash(const char *s)
{
	u32 h = 0, g;

	for (; *s; s++) {
		h = (h << 4) + (u8)*s;
		g = h & 0xf0000000;
		h ^= g >> 24;
		h &= ~g;
	}
	return h;
}

static void put_strings(struct image *m)
{
	begin(m, SEC_DYNSTR);
	put(m, "", 1);
	for (u32 i = 0; i < m->v->nfunc; i++) {
		m->name_off[i] = m->pos - m->off[SEC_DYNSTR];
		put(m, m->v->func[i].name, (u32)strlen(m->v->func[i].name) + 1);
	}
	m->version_off = m->pos - m->off[SEC_DYNSTR];
	put(m, m->v->version, (u32)strlen(m->v->version) + 1);
	m->soname_off = m->pos - m->off[SEC_DYNSTR];
	put(m, soname, sizeof(soname));
	end(m, SEC_DYNSTR);
}

static void put_text(struct image *m)
{
	const struct vdso *v = m->v;

	begin(m, SEC_TEXT);
	for (u32 i = 0; i < m->v->nfunc; i++) {
		while (m->pos % 16)
			put(m, v->nop, v->nop_size);
		/* Unwinders look up pc - 1, which must not be in another
		 * function: the trampoline follows a nop. */
		put(m, v->nop, v->nop_size);
		m->func_off[i] = m->pos;
		put(m, m->v->func[i].code, m->v->func[i].size);
	}
	end(m, SEC_TEXT);
}

/* One bucket: with so few symbols a chain is as fast as anything. */
static void put_hash(struct image *m)
{
	u32 nsym = m->v->nfunc + 2;		/* null, version */
	u32 w[3 + VDSO_FUNCS + 2] = { 1, nsym, 1 };

	begin(m, SEC_HASH);
	for (u32 i = 1; i + 1 < nsym; i++)
		w[3 + i] = i + 1;
	put(m, w, (3 + nsym) * sizeof(w[0]));
	end(m, SEC_HASH);
}

static void put_symbols(struct image *m)
{
	Elf64_Sym sym = { 0 };
	Elf64_Half ver;

	begin(m, SEC_DYNSYM);
	put(m, &sym, sizeof(sym));
	for (u32 i = 0; i < m->v->nfunc; i++) {
		sym.st_name = m->name_off[i];
		sym.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
		sym.st_shndx = SEC_TEXT;
		sym.st_value = m->func_off[i];
		sym.st_size = m->v->func[i].size;
		put(m, &sym, sizeof(sym));
	}
	memset(&sym, 0, sizeof(sym));
	sym.st_name = m->version_off;
	sym.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT);
	sym.st_shndx = SHN_ABS;
	put(m, &sym, sizeof(sym));
	end(m, SEC_DYNSYM);

	begin(m, SEC_VERSYM);
	for (u32 i = 0; i < m->v->nfunc + 2; i++) {
		ver = i ? 2 : 0;
		put(m, &ver, sizeof(ver));
	}
	end(m, SEC_VERSYM);
}

static void put_verdef_one(struct image *m, u16 flags, u16 idx, u32 name_off,
			   const char *name, bool last)
{
	Elf64_Verdef vd = {
		.vd_version = VER_DEF_CURRENT, .vd_flags = flags,
		.vd_ndx = idx, .vd_cnt = 1, .vd_hash = sysv_hash(name),
		.vd_aux = sizeof(vd),
		.vd_next = last ? 0 : sizeof(vd) + sizeof(Elf64_Verdaux)
	};
	Elf64_Verdaux va = { .vda_name = name_off };

	put(m, &vd, sizeof(vd));
	put(m, &va, sizeof(va));
}

static void put_verdef(struct image *m)
{
	begin(m, SEC_VERDEF);
	put_verdef_one(m, VER_FLG_BASE, 1, m->soname_off, soname, false);
	put_verdef_one(m, 0, 2, m->version_off, m->v->version, true);
	end(m, SEC_VERDEF);
}

static void put_dynamic(struct image *m)
{
	const Elf64_Dyn dyn[] = {
		{ DT_SONAME, { m->soname_off } },
		{ DT_HASH, { m->off[SEC_HASH] } },
		{ DT_STRTAB, { m->off[SEC_DYNSTR] } },
		{ DT_SYMTAB, { m->off[SEC_DYNSYM] } },
		{ DT_STRSZ, { m->size[SEC_DYNSTR] } },
		{ DT_SYMENT, { sizeof(Elf64_Sym) } },
		{ DT_VERDEF, { m->off[SEC_VERDEF] } },
		{ DT_VERDEFNUM, { 2 } },
		{ DT_VERSYM, { m->off[SEC_VERSYM] } },
		{ DT_NULL, { 0 } },
	};

	begin(m, SEC_DYNAMIC);
	put(m, dyn, sizeof(dyn));
	end(m, SEC_DYNAMIC);
}

/*
 * Unwind table of the functions: leaves without a frame, so one FDE, with the
 * guest's CIE, says it all.
 */
static void put_eh_frame(struct image *m)
{
	struct {
		u32 len, cie;
		s32 start;
		u32 range;
		u8 aug, nops[3];
	} fde = { 16, 0, 0, 0, 0, { 0 } };
	struct {
		u8 ver, ptr, count_enc, table_enc;
		s32 frame;
		u32 count;
		s32 start, fde;
	} hdr = { 1, 0x1b, 0x03, 0x3b, 0, 1, 0, 0 };
	u32 fde_at, first = m->func_off[m->v->no_unwind], end_mark = 0;

	/* The header is put when the frame's place is known. */
	begin(m, SEC_EHHDR);
	put(m, NULL, sizeof(hdr));
	end(m, SEC_EHHDR);
	begin(m, SEC_EHFRAME);
	put(m, m->v->cie, m->v->cie_size);
	fde_at = m->pos;
	fde.cie = fde_at + 4 - m->off[SEC_EHFRAME];
	fde.start = (s32)first - (s32)(fde_at + 8);
	fde.range = m->off[SEC_TEXT] + m->size[SEC_TEXT] - first;
	put(m, &fde, sizeof(fde));
	put(m, &end_mark, sizeof(end_mark));
	end(m, SEC_EHFRAME);
	hdr.frame = (s32)m->off[SEC_EHFRAME] - (s32)(m->off[SEC_EHHDR] + 4);
	hdr.start = (s32)first - (s32)m->off[SEC_EHHDR];
	hdr.fde = (s32)fde_at - (s32)m->off[SEC_EHHDR];
	memcpy(m->page + m->off[SEC_EHHDR], &hdr, sizeof(hdr));
}

/* Section headers, for debuggers; returns their offset. */
static u32 put_sections(struct image *m)
{
	u32 name[SEC_COUNT], at;

	begin(m, SEC_SHSTRTAB);
	for (u32 i = 0; i < SEC_COUNT; i++) {
		name[i] = m->pos - m->off[SEC_SHSTRTAB];
		put(m, section[i].name, (u32)strlen(section[i].name) + 1);
	}
	end(m, SEC_SHSTRTAB);
	m->pos = at = (u32)align_up(m->pos, 8);
	for (u32 i = 0; i < SEC_COUNT; i++) {
		Elf64_Shdr sh = {
			.sh_name = name[i], .sh_type = section[i].type,
			.sh_flags = section[i].flags,
			.sh_addr = section[i].flags & SHF_ALLOC ? m->off[i] : 0,
			.sh_offset = m->off[i], .sh_size = m->size[i],
			.sh_link = section[i].link, .sh_info = section[i].info,
			.sh_addralign = section[i].align,
			.sh_entsize = section[i].entsize
		};

		put(m, &sh, sizeof(sh));
	}
	return at;
}

static Elf64_Phdr phdr_of(const struct image *m, u32 type, u32 flags,
			  enum section s)
{
	return (Elf64_Phdr){
		.p_type = type, .p_flags = flags, .p_offset = m->off[s],
		.p_vaddr = m->off[s], .p_paddr = m->off[s],
		.p_filesz = m->size[s], .p_memsz = m->size[s],
		.p_align = section[s].align
	};
}

void vdso_build(const struct vdso *v, u8 *page, u64 *sigreturn)
{
	struct image m = { .page = page, .v = v };
	Elf64_Phdr ph[3];
	Elf64_Ehdr eh = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
			     ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_DYN, .e_machine = v->machine,
		.e_version = EV_CURRENT, .e_phoff = sizeof(eh),
		.e_ehsize = sizeof(eh), .e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = ARRAY_LEN(ph), .e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = SEC_COUNT, .e_shstrndx = SEC_SHSTRTAB
	};

	m.pos = sizeof(eh) + sizeof(ph);
	put_strings(&m);
	put_text(&m);
	put_hash(&m);
	put_symbols(&m);
	put_verdef(&m);
	put_dynamic(&m);
	put_eh_frame(&m);
	eh.e_shoff = put_sections(&m);
	ph[0] = (Elf64_Phdr){
		.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_filesz = m.pos,
		.p_memsz = m.pos, .p_align = VDSO_SIZE
	};
	ph[1] = phdr_of(&m, PT_DYNAMIC, PF_R, SEC_DYNAMIC);
	ph[2] = phdr_of(&m, PT_GNU_EH_FRAME, PF_R, SEC_EHHDR);
	memcpy(page, &eh, sizeof(eh));
	memcpy(page + sizeof(eh), ph, sizeof(ph));
	*sigreturn = m.func_off[0];
}
